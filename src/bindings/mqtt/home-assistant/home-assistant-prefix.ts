import { json } from '../../../codec/json.ts';
import { codecFor } from '../../../codec/registry.ts';
import { WotError } from '../../../contracts/errors.ts';
import { isTopicPrefix } from '../messages/topic-names.ts';

/** Whether Things are announced to Home Assistant, and where it looks for that; its own default is `homeassistant`. */
export type HomeAssistantOption = boolean | { readonly prefix?: string };

/** Where Home Assistant looks for devices, undefined where it need not be told. Throws WotError `invalid` HOME_ASSISTANT_NEEDS_JSON or TOPIC_PREFIX_INVALID. */
export function homeAssistantPrefix(
  option: HomeAssistantOption | undefined,
  contentType: string,
): string | undefined {
  if (option === undefined || option === false) return undefined;
  const { prefix = 'homeassistant' } = option === true ? {} : option;
  if (codecFor(contentType) !== json) {
    const message = `mqtt({ homeAssistant, contentType: ${JSON.stringify(contentType)} }) is not possible: Home Assistant reads JSON alone; leave out one of them.`;
    throw new WotError('invalid', 'HOME_ASSISTANT_NEEDS_JSON', message);
  }
  if (!isTopicPrefix(prefix)) {
    const message = `mqtt({ homeAssistant: { prefix: ${JSON.stringify(prefix)} } }) cannot begin topics; give the discovery prefix that is set in Home Assistant, usually "homeassistant".`;
    throw new WotError('invalid', 'TOPIC_PREFIX_INVALID', message);
  }
  return prefix;
}
