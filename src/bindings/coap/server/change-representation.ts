import { isSenml } from '../../../codec/senml-value.ts';
import type { Change } from '../../../contracts/interaction.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, optionUint, uintOption } from '../messages/coap-option.ts';
import { mediaTypeOfFormat } from '../messages/content-formats.ts';
import type { CoapCall } from './coap-call.ts';
import { contentTag, type Mark } from './entity-tag.ts';
import type { Observable } from './thing-resources.ts';

/** Seconds after which a client that hears nothing registers again (RFC 7641 section 3.3.1). */
const maxAge = uintOption(optionNumber.maxAge, 60);

/** A notification without its place in the order: one change in one format. */
export interface ChangeRepresentation {
  readonly mark: Mark;
  /** With a value of the Observe option; observers that are equally far share the whole. */
  numbered(sequence: number): Envelope;
}

const made = new WeakMap<Change, Map<string, ChangeRepresentation>>();

/** How an observation tells a change; encoded once for all that ask for the same. */
export function representationOf(
  change: Change,
  call: CoapCall,
  observable: Observable,
): ChangeRepresentation {
  const formats = made.get(change) ?? new Map<string, ChangeRepresentation>();
  made.set(change, formats);
  const key = `${observable.shared} ${call.accept}`;
  const representation = formats.get(key) ?? represent(change, call, observable);
  formats.set(key, representation);
  return representation;
}

function represent(change: Change, call: CoapCall, observable: Observable): ChangeRepresentation {
  const envelope = call.answerChange(change, observable);
  const tag = optionBytes(envelope.options, optionNumber.etag) as Buffer;
  const type = mediaTypeOfFormat(optionUint(envelope.options, optionNumber.contentFormat) ?? 0) ?? '';
  // A GET tells a measurement without its time.
  const read = isSenml(type) ? call.answerChange({ ...change, present: true }, observable) : envelope;
  let last: { readonly sequence: number; readonly envelope: Envelope } | undefined;
  return {
    mark: { tag, content: contentTag(read) },
    numbered(sequence) {
      if (last?.sequence !== sequence) last = { sequence, envelope: numbered(envelope, sequence) };
      return last.envelope;
    },
  };
}

/** A notification with its place in the order (RFC 7641 section 3.4: 24 bits), and how long it is fresh. */
export function numbered(envelope: Envelope, sequence: number): Envelope {
  const observe = uintOption(optionNumber.observe, sequence % 0x1000000);
  return { ...envelope, options: [...envelope.options, observe, maxAge] };
}
