import { ownMember } from '../../../td/json-object.ts';
import type { LiveValue } from '../live/live.ts';
import { languageOf } from './element-texts.ts';
import { messages } from './messages.ts';
import { propertyView } from './property-view.ts';
import { ShadowElement } from './shadow-element.ts';
import { sharedClient } from './shared-client.ts';
import { thingAt } from './thing-source.ts';

/**
 * `<wot-property thing="https://host/things/heater" name="level" control trend>`: one property, live; parts property, title,
 * value, state, control, trend, problem. Fires `change` with what is known of the value: `{ name, state, value, at }`.
 */
export class WotProperty extends ShadowElement {
  static readonly observedAttributes = ['thing', 'name', 'control', 'trend'];

  protected async content(signal: AbortSignal): Promise<Node> {
    const language = languageOf(this);
    const { td, endpoint } = await thingAt(this.getAttribute('thing'), language);
    const name = this.getAttribute('name') ?? '';
    const schema = ownMember(td.properties, name);
    if (!schema) throw new Error(messages[language].noProperty(name));
    signal.throwIfAborted();
    const client = sharedClient(endpoint, signal);
    const property = client.property(td.id, name);
    const end = property.value.listen(() => this.#tell(name, property.value.get()));
    signal.addEventListener('abort', end);
    const control = this.hasAttribute('control') && schema.readOnly !== true;
    return propertyView({
      property,
      connection: client.connection,
      name,
      schema,
      language,
      control,
      trend: this.hasAttribute('trend'),
      signal,
    });
  }

  #tell(name: string, live: LiveValue): void {
    const options = { detail: { name, ...live }, bubbles: true, composed: true };
    this.dispatchEvent(new CustomEvent('change', options));
  }
}
