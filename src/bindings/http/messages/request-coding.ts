import type { IncomingMessage } from 'node:http';
import { WotError } from '../../../contracts/errors.ts';
import { contentDecoders } from '../content-coding.ts';
import { largeFrom } from './large-bodies.ts';
import type { ServerExchange } from './server-exchange.ts';

/** Codings that one body may have. */
const mostCodings = 3;
/** How many times larger than what was sent a large body may become. */
const mostInflated = 100;

/** The content codings of a request but identity, in the order in which they were applied (RFC 9110 section 8.4). */
export function codingsOf({ headers }: IncomingMessage): readonly string[] {
  const names = headers['content-encoding']?.toLowerCase().split(',') ?? [];
  return names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity');
}

/** A body without its content codings; WotError `unsupported-media`, `invalid` or `too-large`. */
export async function decoded(
  { request, response }: ServerExchange,
  received: Uint8Array,
  limit: number,
): Promise<Uint8Array> {
  const codings = received.byteLength === 0 ? [] : codingsOf(request);
  const unknown = codings.find((name, index) => !contentDecoders.has(name) || index >= mostCodings);
  if (unknown !== undefined) {
    response.setHeader('accept-encoding', 'gzip, deflate, br');
    throw codingUnknown(unknown);
  }
  const most = Math.min(limit, Math.max(largeFrom, mostInflated * received.byteLength));
  let body = received;
  for (const name of codings.toReversed()) body = await undo(name, body, most);
  return body;
}

async function undo(name: string, body: Uint8Array, most: number): Promise<Uint8Array> {
  try {
    return (await contentDecoders.get(name)?.(body, { maxOutputLength: most })) ?? body;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw inflatesTooFar(most);
    const message = `The request body is not valid ${name}; send it whole, or without Content-Encoding.`;
    throw new WotError('invalid', 'BODY_NOT_DECODABLE', message, { cause });
  }
}

function codingUnknown(name: string): WotError {
  const message = `Content-Encoding ${name.slice(0, 100)} is not supported for requests; send the body as it is, or with gzip, deflate or br.`;
  return new WotError('unsupported-media', 'CONTENT_CODING_UNKNOWN', message);
}

function inflatesTooFar(most: number): WotError {
  const message = `The request body becomes larger than ${most} bytes when it is decoded; send less, or without Content-Encoding.`;
  return new WotError('too-large', 'BODY_TOO_LARGE', message);
}
