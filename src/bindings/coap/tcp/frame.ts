import { WotError } from '../../../contracts/errors.ts';
import { codeByte, codeText, type Envelope, encodeMessage, parseBody } from '../messages/coap-message.ts';

/** One CoAP message as a connection carries it: without type and id (RFC 8323 section 3.2). */
export interface Frame extends Envelope {
  readonly token: Buffer;
}

/** The bytes that the length nibble is followed by, and what it then begins at. */
const extensions = [
  { nibble: 15, from: 65_805, bytes: 4 },
  { nibble: 14, from: 269, bytes: 2 },
  { nibble: 13, from: 13, bytes: 1 },
] as const;

const datagramHeader = 4;

/** Writes one frame. */
export function encodeFrame({ code, token, options, payload }: Frame): Buffer {
  const datagram = encodeMessage({ type: 'CON', id: 0, code, token, options, payload });
  const length = datagram.length - datagramHeader - token.length;
  const extension = extensions.find(({ from }) => length >= from);
  const headerBytes = 2 + (extension?.bytes ?? 0);
  // The shorter header takes the place of the datagram's.
  const frame =
    headerBytes > datagramHeader
      ? Buffer.concat([Buffer.alloc(headerBytes - datagramHeader), datagram])
      : datagram.subarray(datagramHeader - headerBytes);
  frame.writeUInt8(((extension?.nibble ?? length) << 4) | token.length, 0);
  if (extension) frame.writeUIntBE(length - extension.from, 1, extension.bytes);
  frame.writeUInt8(codeByte(code), headerBytes - 1);
  return frame;
}

/** Where one frame stands in what was received. */
interface Extent {
  /** Of its code. */
  readonly code: number;
  readonly tokenLength: number;
  readonly end: number;
}

/** A frame that was received, and the bytes that it took. */
export interface ReceivedFrame extends Frame {
  readonly bytes: number;
}

/** Cuts a stream of bytes into frames; what it holds is at most one frame and one chunk. */
export class FrameReader {
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  /** `maxBytes` is what one frame may have. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that wait for the rest of their frame. */
  get waiting(): number {
    return this.#end - this.#start;
  }

  push(chunk: Buffer): void {
    const { waiting } = this;
    if (waiting === 0) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    if (this.#end + chunk.length > this.#bytes.length) this.#grow(waiting + chunk.length);
    this.#end += chunk.copy(this.#bytes, this.#end);
  }

  /** The next frame, undefined until all of it has come; WotError MESSAGE_MALFORMED, or MESSAGE_TOO_LARGE before its body is waited for. */
  next(): ReceivedFrame | undefined {
    const extent = this.#extent();
    if (extent === undefined || extent.end > this.#end) return undefined;
    const { code, tokenLength, end } = extent;
    const frame = this.#cut(code, end);
    const bytes = end - this.#start;
    this.#start = end;
    const body = 1 + tokenLength;
    return {
      code: codeText(frame.readUInt8(0)),
      token: frame.subarray(1, body),
      ...parseBody(frame, body),
      bytes,
    };
  }

  #extent(): Extent | undefined {
    if (this.waiting === 0) return undefined;
    const head = this.#bytes.readUInt8(this.#start);
    const tokenLength = head & 15;
    if (tokenLength > 8) throw malformed('the token is longer than 8 bytes');
    const extension = extensions.find(({ nibble }) => nibble === head >> 4);
    const code = this.#start + 1 + (extension?.bytes ?? 0);
    if (code > this.#end) return undefined;
    const length = extension
      ? this.#bytes.readUIntBE(this.#start + 1, extension.bytes) + extension.from
      : head >> 4;
    const end = code + 1 + tokenLength + length;
    if (end - this.#start > this.#maxBytes) throw tooLarge(end - this.#start, this.#maxBytes);
    return { code, tokenLength, end };
  }

  /** A copy where it is little of what came: who keeps a request must not keep a megabyte that came with it. */
  #cut(from: number, to: number): Buffer {
    const bytes = this.#bytes.subarray(from, to);
    return bytes.length < this.#bytes.length / 4 ? Buffer.from(bytes) : bytes;
  }

  /** What was handed out stays as it is: bytes are only ever added behind it. */
  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.waiting));
    this.#end = this.#bytes.copy(grown, 0, this.#start, this.#end);
    this.#start = 0;
    this.#bytes = grown;
  }
}

function malformed(reason: string): WotError {
  return new WotError('invalid', 'MESSAGE_MALFORMED', `This is no CoAP over TCP (RFC 8323): ${reason}.`);
}

function tooLarge(bytes: number, most: number): WotError {
  const message = `A message of ${bytes} bytes is over this side's Max-Message-Size of ${most}; send it block-wise.`;
  return new WotError('too-large', 'MESSAGE_TOO_LARGE', message);
}
