import { WotError } from '../../../contracts/errors.ts';

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

const types: readonly MessageType[] = ['CON', 'NON', 'ACK', 'RST'];
const codeTexts = Array.from(
  { length: 256 },
  (_, byte) => `${byte >> 5}.${String(byte & 31).padStart(2, '0')}`,
);
const codeBytes = new Map(codeTexts.map((text, byte) => [text, byte]));

/** The byte of a code text such as `4.04` (132). */
export const codeByte = (code: string): number => codeBytes.get(code) ?? 0;

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
    ...parseBody(bytes, 4 + tokenLength),
  };
}

function parseBody(bytes: Buffer, start: number): Pick<Message, 'options' | 'payload'> {
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
  return new WotError('invalid', 'MESSAGE_MALFORMED', `The datagram is not a CoAP message: ${reason}.`);
}

/** Writes one datagram; options may come in any order, those of one number keep theirs. */
export function encodeMessage(message: Message): Buffer {
  const { token, payload } = message;
  const head = Buffer.allocUnsafe(4);
  head.writeUInt8(0x40 | (types.indexOf(message.type) << 4) | token.length, 0);
  head.writeUInt8(codeByte(message.code), 1);
  head.writeUInt16BE(message.id, 2);
  const parts = [head, token, ...encodeOptions(message.options)];
  if (payload.length > 0) parts.push(payloadMarker, payload);
  return Buffer.concat(parts);
}

const payloadMarker = Buffer.from([0xff]);

function encodeOptions(options: readonly CoapOption[]): Buffer[] {
  let last = 0;
  return options
    .toSorted((a, b) => a.number - b.number)
    .flatMap(({ number, value }) => {
      const [deltaNibble, deltaMore] = nibbleOf(number - last);
      const [lengthNibble, lengthMore] = nibbleOf(value.length);
      last = number;
      return [Buffer.from([(deltaNibble << 4) | lengthNibble, ...deltaMore, ...lengthMore]), value];
    });
}

function nibbleOf(value: number): readonly [number, readonly number[]] {
  if (value < 13) return [value, []];
  if (value < 269) return [13, [value - 13]];
  return [14, [(value - 269) >> 8, (value - 269) & 0xff]];
}
