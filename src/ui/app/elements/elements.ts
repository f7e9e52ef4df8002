import { WotProperty } from './wot-property.ts';
import { WotThing } from './wot-thing.ts';

/** Elements for any page: `<script type="module" src="https://servient/app/elements.js">`. */
const elements = { 'wot-property': WotProperty, 'wot-thing': WotThing };

for (const [name, element] of Object.entries(elements)) {
  // The script may be there twice.
  if (!customElements.get(name)) customElements.define(name, element);
}
