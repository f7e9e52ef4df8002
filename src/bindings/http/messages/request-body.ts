import { ReadableStream } from 'node:stream/web';
import { WotError } from '../../../contracts/errors.ts';
import { essence, payloadKind } from '../../../contracts/media-type.ts';
import {
  type PayloadShape,
  payloadTypes,
  receivedValue,
  refuseType,
} from '../../../interaction/payload-types.ts';
import { BodyStream } from './body-stream.ts';
import { largeFrom } from './large-bodies.ts';
import { type BodyParts, parsedBody, ReceivedBody, tooLarge, wasRead } from './received-body.ts';
import { codingsOf } from './request-coding.ts';
import type { ServerExchange } from './server-exchange.ts';

/** The value of the request body, undefined where there is none; the type that is expected first where no Content-Type is given. */
export async function requestValue(
  exchange: ServerExchange,
  parts: BodyParts,
  shape: PayloadShape,
): Promise<unknown> {
  const { limits } = parts;
  const received = new ReceivedBody(exchange, parts);
  try {
    const body = wasRead(exchange.request) ? readBefore(exchange, limits.body, shape) : await received.read();
    if (body.byteLength === 0 && !isEmptyPayload(exchange, shape)) return undefined;
    const decode = () =>
      ofType(exchange, shape, (type) => receivedValue({ type, body }, shape, limits.nesting));
    return body.byteLength < largeFrom ? decode() : await received.inTurn(body.byteLength, decode);
  } finally {
    received.release();
  }
}

function readBefore(exchange: ServerExchange, limit: number, shape: PayloadShape): Uint8Array {
  if (exchange.request.headers['content-length'] !== '0') refuse(exchange, shape);
  const body = parsedBody(exchange.request);
  if (body.byteLength > limit) throw tooLarge(limit);
  return body;
}

/** Text and bytes may be empty; JSON and CBOR are nothing then. */
function isEmptyPayload({ request: { headers } }: ServerExchange, shape: PayloadShape): boolean {
  const type = headers['content-type'] ?? '';
  const taken = payloadTypes(shape).some((known) => essence(known) === essence(type));
  return taken && ['text', 'bytes'].includes(payloadKind(type));
}

/**
 * Has the request body worked with while it comes, at the pace of its reader; what nobody reads is thrown away. WotError
 * `unsupported-media`; the stream fails with `invalid` BODY_INCOMPLETE.
 */
export async function withBody<R>(
  exchange: ServerExchange,
  shape: PayloadShape,
  work: (body: ReadableStream<Uint8Array>) => Promise<R>,
): Promise<R> {
  const { request, response } = exchange;
  refuse(exchange, shape);
  if (wasRead(request)) return work(ReadableStream.from([parsedBody(request)]));
  if (codingsOf(request).length > 0) {
    response.setHeader('accept-encoding', 'identity');
    const message =
      'Content-Encoding is not supported for what is taken as a stream; send the body as it is.';
    throw new WotError('unsupported-media', 'CONTENT_CODING_UNKNOWN', message);
  }
  const body = new BodyStream(exchange);
  try {
    return await work(body.readable);
  } finally {
    body.leave();
  }
}

/** Refuses a type that is not taken. */
function refuse(exchange: ServerExchange, shape: PayloadShape): void {
  ofType(exchange, shape, (type) => refuseType(type, shape));
}

/** What is done with the type of the request body; a refusal tells the types that are taken. */
function ofType<R>({ request, response }: ServerExchange, shape: PayloadShape, work: (type: string) => R): R {
  const types = payloadTypes(shape);
  const type = request.headers['content-type'] ?? types[0] ?? '';
  try {
    return work(type);
  } catch (error) {
    if (!(error instanceof WotError) || error.kind !== 'unsupported-media') throw error;
    // RFC 9110 section 15.5.16
    response.setHeader('accept', types.join(', '));
    throw type.startsWith('application/x-www-form-urlencoded') ? noForms(types) : error;
  }
}

function noForms(types: readonly string[]): WotError {
  const message = `Web forms are not supported; send "Content-Type: ${types[0]}" (curl: --json '<value>', or -H with --data-binary).`;
  return new WotError('unsupported-media', 'FORM_NOT_SUPPORTED', message);
}
