import { payloadKind } from '../../../contracts/media-type.ts';
import type { Form, Op, ThingDescription } from '../../../contracts/td.ts';
import { inFormOrder } from '../../../td/form-order.ts';
import { formsFor } from '../../../td/forms.ts';
import type { OfferedForm } from '../../page-data.ts';
import type { Target } from './offered-ops.ts';

/** How the servient's clients call the schemes that they speak. */
const protocols: Readonly<Record<string, string>> = {
  http: 'http',
  https: 'http',
  ws: 'websocket',
  wss: 'websocket',
  coap: 'coap',
  mqtt: 'mqtt',
  mqtts: 'mqtt',
};

/** The forms that an op could take, as the servient orders them; what it says itself (`chosen`) is surer, and known after the first call. */
export function offeredForms(td: ThingDescription, op: Op, { kind, name }: Target): readonly OfferedForm[] {
  return inFormOrder(td, formsFor(td, op, kind, name)).map((form) => {
    const scheme = schemeOf(form);
    const protocol = protocols[scheme];
    return { form, protocol: protocol ?? scheme, usable: protocol !== undefined, reason: '' };
  });
}

/** The scheme of a form's address, in lower case. */
export function schemeOf({ href }: Form): string {
  return href.slice(0, Math.max(0, href.indexOf(':'))).toLowerCase();
}

/** Whether a value typed here can be sent by a form, or shown in a command: as JSON or as text. */
export function isTyped(contentType: string | undefined): boolean {
  const kind = payloadKind(contentType ?? 'application/json');
  return kind === 'json' || kind === 'text';
}
