import { hash } from 'node:crypto';
import type { CoapOption, Envelope } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, optionUint } from '../messages/coap-option.ts';
import type { Observable } from './thing-resources.ts';

const hashLength = 5;
const idLength = 8;

/** The ETag of an answer: its own (the id of a change), else that of its content. */
export function entityTag(answer: Envelope): CoapOption {
  const own = optionBytes(answer.options, optionNumber.etag);
  return { number: optionNumber.etag, value: own ?? contentTag(answer) };
}

/**
 * The ETag of a content: its payload where that is shorter than a hash, else a hash of it, and its format, for the same
 * bytes say other things in other formats. It has at most 6 bytes, so that it is taken for no id.
 */
export function contentTag({ options, payload }: Envelope): Buffer {
  const isShort = payload.length > 0 && payload.length < hashLength;
  const content = isShort ? payload : hash('sha256', payload, 'buffer').subarray(0, hashLength);
  const tag = Buffer.alloc(content.length + 1);
  tag.set(content);
  tag[content.length] = optionUint(options, optionNumber.contentFormat) ?? 0;
  return tag;
}

/** The ETag of a change: its id. */
export function changeTag(id: number): CoapOption {
  const value = Buffer.alloc(idLength);
  value.writeBigUInt64BE(BigInt(id));
  return { number: optionNumber.etag, value };
}

/** The same answer with its ETag. */
export function tagged(answer: Envelope): Envelope {
  if (optionBytes(answer.options, optionNumber.etag) !== undefined) return answer;
  return { ...answer, options: [entityTag(answer), ...answer.options] };
}

/** By what an observer knows a representation again. */
export interface Mark {
  /** The ETag under which it was told. */
  readonly tag: Buffer;
  /** The ETag that a plain GET gives it. */
  readonly content: Buffer;
}

/** What was told of each resource, the latest last: both ETags together. */
const told = new WeakMap<Observable, Set<string>>();
const toldAtMost = 128;

/** Keeps under which ETag a value is told to observers. */
export function rememberTold(observable: Observable, mark: Mark): void {
  const values = told.get(observable) ?? new Set<string>();
  told.set(observable, values);
  const entry = entryOf(mark);
  values.delete(entry);
  values.add(entry);
  if (values.size > toldAtMost) values.delete(values.values().next().value ?? entry);
}

/** Whether an ETag of a request stands for a content: it is that of a GET, or of a notification that told the same. */
export function standsFor(tag: Buffer, content: Buffer, observable?: Observable): boolean {
  if (tag.equals(content)) return true;
  if (observable === undefined || tag.length !== idLength) return false;
  return told.get(observable)?.has(entryOf({ tag, content })) === true;
}

const entryOf = ({ tag, content }: Mark): string => tag.toString('latin1') + content.toString('latin1');
