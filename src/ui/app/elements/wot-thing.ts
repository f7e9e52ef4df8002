import { languageOf, titleOf } from './element-texts.ts';
import { makeElement } from './make-element.ts';
import { messages } from './messages.ts';
import { ShadowElement } from './shadow-element.ts';
import { thingAt } from './thing-source.ts';

/** `<wot-thing src="https://host/things/heater">`: the title, which leads to its page, and all properties with their controls; parts thing, heading, and those of `wot-property`. */
export class WotThing extends ShadowElement {
  static readonly observedAttributes = ['src'];

  protected async content(): Promise<Node> {
    const language = languageOf(this);
    const { td, url } = await thingAt(this.getAttribute('src'), language);
    const title = titleOf(td, td.title, language);
    const link = makeElement('a', {
      href: url.href,
      text: title,
      dir: 'auto',
      title: messages[language].open,
    });
    const heading = makeElement('p', { part: 'heading' }, [link]);
    const properties = Object.keys(td.properties ?? {}).map((name) => propertyOf(url, name, language));
    return makeElement('div', { part: 'thing', role: 'group', 'aria-label': title }, [
      heading,
      ...properties,
    ]);
  }
}

function propertyOf({ href }: URL, name: string, lang: string): HTMLElement {
  const element = document.createElement('wot-property');
  const parts = 'property, title, value, state, control, trend, problem';
  const attributes = { thing: href, name, lang, control: '', exportparts: parts };
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}
