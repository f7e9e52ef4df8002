import { WotError } from '../../../contracts/errors.ts';
import { methodCode } from './coap-code.ts';
import { Recalled } from './recalled.ts';

type MessageType = 'CON' | 'NON' | 'ACK' | 'RST';

/** One option instance: its number and its bytes. */
export interface CoapOption {
  readonly number: number;
  readonly value: Buffer;
}

/** What a request, a response or a notification says, apart from how it travels; `code` as in `2.05`. */
export interface Envelope {
  readonly code: string;
  readonly options: readonly CoapOption[];
  readonly payload: Buffer;
}

/** One CoAP message (RFC 7252 section 3). */
export interface Message extends Envelope {
  readonly type: MessageType;
  readonly id: number;
  readonly token: Buffer;
}

export const emptyBytes = Buffer.alloc(0);

/** The code of a message that only acknowledges or resets (RFC 7252 section 4.1). */
export const emptyCode = '0.00';

/** What a message says that only acknowledges, resets or pings. */
export const emptyMessage = { code: emptyCode, token: emptyBytes, options: [], payload: emptyBytes } as const;

const types: readonly MessageType[] = ['CON', 'NON', 'ACK', 'RST'];
const codeTexts = Array.from(
  { length: 256 },
  (_, byte) => `${byte >> 5}.${String(byte & 31).padStart(2, '0')}`,
);
const codeBytes = new Map(codeTexts.map((text, byte) => [text, byte]));

/** The byte of a code text such as `4.04` (132). */
export const codeByte = (code: string): number => codeBytes.get(code) ?? 0;

/** The text of a code byte. */
export const codeText = (byte: number): string => codeTexts[byte] as string;

/** Reads one datagram; throws WotError `invalid` MESSAGE_MALFORMED for what RFC 7252 calls a message format error. */
export function parseMessage(bytes: Buffer): Message {
  if (bytes.length < 4) throw malformed('shorter than a header');
  const first = bytes.readUInt8(0);
  const tokenLength = first & 15;
  const code = codeTexts[bytes.readUInt8(1)] as string;
  if (first >> 6 !== 1) throw malformed('the version is not 1');
  if (tokenLength > 8 || bytes.length < 4 + tokenLength) throw malformed('the token is too long');
  if (code === emptyCode && bytes.length > 4) throw malformed('an empty message has content'); // RFC 7252 section 4.1
  return {
    type: types[(first >> 4) & 3] as MessageType,
    code,
    id: bytes.readUInt16BE(2),
    token: bytes.subarray(4, 4 + tokenLength),
    ...(code === methodCode.GET ? recalledBody : parseBody)(bytes, 4 + tokenLength),
  };
}

type Body = Pick<Message, 'options' | 'payload'>;

/** What was read of GET requests, by its bytes: peers ask for the same things again and again. */
const recalled = new Recalled<Body>(1024);
const longestRecalled = 128;

function recalledBody(bytes: Buffer, start: number): Body {
  if (bytes.length - start > longestRecalled) return parseBody(bytes, start);
  const key = bytes.toString('latin1', start);
  return recalled.get(key) ?? recalled.keep(key, parseBody(bytes, start));
}

/** Reads options and payload from `start` to the end; throws WotError `invalid` MESSAGE_MALFORMED. */
export function parseBody(bytes: Buffer, start: number): Body {
  const options: CoapOption[] = [];
  let at = start;
  let number = 0;
  while (at < bytes.length) {
    const head = bytes.readUInt8(at++);
    if (head === 0xff) return { options, payload: payloadFrom(bytes, at) };
    const delta = extended(bytes, at, head >> 4);
    const length = extended(bytes, delta.next, head & 15);
    number += delta.value;
    at = length.next + length.value;
    if (at > bytes.length || number > 0xffff) throw malformed('an option runs over the end');
    options.push({ number, value: bytes.subarray(length.next, at) });
  }
  return { options, payload: emptyBytes };
}

function payloadFrom(bytes: Buffer, at: number): Buffer {
  if (at === bytes.length) throw malformed('a payload marker without a payload');
  return bytes.subarray(at);
}

// RFC 7252 section 3.1: nibbles 13 and 14 continue in one or two bytes, 15 is reserved.
function extended(
  bytes: Buffer,
  at: number,
  nibble: number,
): { readonly value: number; readonly next: number } {
  if (nibble < 13) return { value: nibble, next: at };
  const size = nibble - 12;
  if (nibble === 15 || at + size > bytes.length) throw malformed('an option header is cut or reserved');
  return { value: nibble === 13 ? bytes.readUInt8(at) + 13 : bytes.readUInt16BE(at) + 269, next: at + size };
}

function malformed(reason: string): WotError {
  return new WotError('invalid', 'MESSAGE_MALFORMED', `These bytes are no CoAP message: ${reason}.`);
}

/** Writes one datagram; options may come in any order, those of one number keep theirs. */
export function encodeMessage({ type, code, id, token, options, payload }: Message): Buffer {
  const ordered = inOrder(options);
  const bytes = Buffer.allocUnsafe(lengthOf(token, ordered, payload));
  bytes[0] = 0x40 | (types.indexOf(type) << 4) | token.length;
  bytes[1] = codeByte(code);
  bytes[2] = id >> 8;
  bytes[3] = id & 0xff;
  bytes.set(token, 4);
  let at = 4 + token.length;
  let last = 0;
  for (const { number, value } of ordered) {
    bytes[at] = (nibbleOf(number - last) << 4) | nibbleOf(value.length);
    at = writeExtended(bytes, at + 1, number - last);
    at = writeExtended(bytes, at, value.length);
    bytes.set(value, at);
    at += value.length;
    last = number;
  }
  if (payload.length > 0) {
    bytes[at] = 0xff;
    bytes.set(payload, at + 1);
  }
  return bytes;
}

function inOrder(options: readonly CoapOption[]): readonly CoapOption[] {
  for (let at = 1; at < options.length; at++) {
    if ((options[at - 1] as CoapOption).number > (options[at] as CoapOption).number)
      return options.toSorted((a, b) => a.number - b.number);
  }
  return options;
}

function lengthOf(token: Buffer, options: readonly CoapOption[], payload: Buffer): number {
  let length = 4 + token.length + (payload.length > 0 ? payload.length + 1 : 0);
  let last = 0;
  for (const { number, value } of options) {
    length += 1 + extendedSize(number - last) + extendedSize(value.length) + value.length;
    last = number;
  }
  return length;
}

const nibbleOf = (value: number): number => (value < 13 ? value : value < 269 ? 13 : 14);

const extendedSize = (value: number): number => (value < 13 ? 0 : value < 269 ? 1 : 2);

/** Gives where what follows is written. */
function writeExtended(bytes: Buffer, at: number, value: number): number {
  if (value < 13) return at;
  return value < 269 ? bytes.writeUInt8(value - 13, at) : bytes.writeUInt16BE(value - 269, at);
}
