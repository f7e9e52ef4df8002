import { ownMember } from '../../../td/json-object.ts';
import { languageOf } from './element-texts.ts';
import { messages } from './messages.ts';
import { propertyView } from './property-view.ts';
import { ShadowElement } from './shadow-element.ts';
import { sharedClient } from './shared-client.ts';
import { thingAt } from './thing-source.ts';

/** `<wot-property thing="https://host/things/heater" name="level" control trend>`: one property, live; parts property, title, value, state, control, trend, problem. */
export class WotProperty extends ShadowElement {
  static readonly observedAttributes = ['thing', 'name', 'control', 'trend'];

  protected async content(signal: AbortSignal): Promise<Node> {
    const language = languageOf(this);
    const { td, endpoint } = await thingAt(this.getAttribute('thing'), language);
    const name = this.getAttribute('name') ?? '';
    const schema = ownMember(td.properties, name);
    if (!schema) throw new Error(messages[language].noProperty(name));
    signal.throwIfAborted();
    const property = sharedClient(endpoint, signal).property(td.id, name);
    const control = this.hasAttribute('control') && schema.readOnly !== true;
    return propertyView({
      property,
      name,
      schema,
      language,
      control,
      trend: this.hasAttribute('trend'),
      signal,
    });
  }
}
