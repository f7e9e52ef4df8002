import { payloadKind } from '../../../contracts/media-type.ts';
import type { Op, ThingDescription } from '../../../contracts/td.ts';
import { inFormOrder } from '../../../td/form-order.ts';
import { formsFor } from '../../../td/forms.ts';
import { isSpoken, protocolOf } from '../../../td/protocol.ts';
import type { OfferedForm } from '../../page-data.ts';
import type { Target } from './offered-ops.ts';

/** The forms that an op could take, as the servient orders them; what it says itself (`chosen`) is surer, and known after the first call. */
export function offeredForms(td: ThingDescription, op: Op, { kind, name }: Target): readonly OfferedForm[] {
  return inFormOrder(td, formsFor(td, op, kind, name)).map((form) => ({
    form,
    protocol: protocolOf(form),
    usable: isSpoken(form),
    reason: '',
  }));
}

/** Whether a value typed here can be sent by a form, or shown in a command: as JSON or as text. */
export function isTyped(contentType: string | undefined): boolean {
  const kind = payloadKind(contentType ?? 'application/json');
  return kind === 'json' || kind === 'text';
}
