import { addAbortSignal, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { WotError } from '../contracts/errors.ts';
import type { CallContext, Value } from '../contracts/interaction.ts';
import { payloadKind } from '../contracts/media-type.ts';
import { isBinary, isRaw } from '../td/declared-content.ts';
import type { HandlerCall } from './handler-call.ts';

/** A payload that comes in pieces of text or bytes. */
export type PayloadStream = Readable | ReadableStream;

/** Whether a handler gave a stream, of Node or of the web. */
export function isPayloadStream(value: Value): value is PayloadStream {
  return value instanceof Readable || value instanceof ReadableStream;
}

/** Any stream as one of Node; destroying it ends its source. */
export function asReadable(stream: PayloadStream): Readable {
  return stream instanceof Readable ? stream : Readable.fromWeb(stream).on('error', ignore);
}

function ignore(): void {}

/** A value of a declared type as observers and most protocols get it: text as a string, other types as bytes. */
export function asPayload(value: Value, type: string | undefined): Value {
  if (!isRaw(type)) return value;
  if (payloadKind(type) === 'text')
    return value instanceof Uint8Array ? Buffer.from(value).toString() : value;
  return typeof value === 'string' ? Buffer.from(value) : value;
}

/** An input as a handler reads it that wants a stream. */
export function asInputStream(value: Value, call: HandlerCall): ReadableStream<Uint8Array> {
  const source = isPayloadStream(value) ? value : [value];
  async function* pieces() {
    for await (const piece of source) {
      call.goesOn();
      yield piece as Uint8Array;
    }
  }
  return ReadableStream.from(pieces());
}

/** For whom a payload is made ready: what they carry, and how many bytes of a stream they get where they do not carry it. */
interface Carrier {
  readonly what: string;
  readonly maxPayload: number;
  readonly carries: CallContext['carries'];
  readonly call: Pick<HandlerCall, 'signal' | 'isWanted'>;
}

/** What a handler gives for a declared type, as the caller can carry it; a stream that comes too late is ended. */
export async function carried(given: unknown, type: string, carrier: Carrier): Promise<Value> {
  const value = await watched(given);
  const { carries, call } = carrier;
  if (!isPayloadStream(value)) return carries === 'streams' ? value : asPayload(value, type);
  if (!call.isWanted) asReadable(value).destroy();
  return carries === 'streams' ? value : asPayload(await collected(value, carrier), type);
}

/** A stream that fails before anybody reads it must not end the process. */
function watched(given: unknown): unknown {
  if (given instanceof Promise) return given.then(watched);
  return given instanceof Readable ? given.on('error', ignore) : given;
}

async function collected(stream: PayloadStream, { what, maxPayload, call }: Carrier): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop ends the stream.
  for await (const chunk of addAbortSignal(call.signal, asReadable(stream))) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    chunks.push(bytes);
    if (size > maxPayload) {
      const message = `${what} gave a stream of more than ${maxPayload} bytes, which can be had over HTTP alone.`;
      throw new WotError('too-large', 'STREAM_TOO_LARGE', message);
    }
  }
  return Buffer.concat(chunks);
}

/** Refuses to take or give bytes where only plain data is carried; `type` is what is declared. */
export function refuseUncarried(
  what: string,
  type: string | undefined,
  { carries }: Pick<CallContext, 'carries'>,
  direction: 'read' | 'write',
): void {
  if (carries !== undefined || !isBinary(type)) return;
  const message = `${what} is ${type}, which cannot be carried here as JSON; use a form with that content type.`;
  throw new WotError(
    direction === 'read' ? 'not-acceptable' : 'unsupported-media',
    'BINARY_NOT_CARRIED',
    message,
  );
}
