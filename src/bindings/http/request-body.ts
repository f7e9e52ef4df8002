import { decodeContent } from '../../codec/registry.ts';
import type { Limits } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { ServerExchange } from './server-exchange.ts';

/** The decoded request body, undefined where there is none; JSON where no Content-Type is given. */
export async function requestValue(exchange: ServerExchange, limits: Limits): Promise<unknown> {
  const body = await readBody(exchange, limits.body);
  if (body.byteLength === 0) return undefined;
  const encoding = exchange.request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const message = `Content-Encoding ${encoding} is not supported for requests; send the body as it is.`;
    throw new WotError('unsupported-media', 'CONTENT_CODING_UNKNOWN', message);
  }
  const type = exchange.request.headers['content-type'] ?? 'application/json';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const message = `Web forms are not supported; send "Content-Type: application/json" (curl: --json '<value>').`;
    throw new WotError('unsupported-media', 'FORM_NOT_SUPPORTED', message);
  }
  return decodeContent({ type, body }, limits.nesting);
}

function readBody(exchange: ServerExchange, limit: number): Promise<Uint8Array> {
  const { request } = exchange;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) return Promise.reject(tooLarge(limit));
  exchange.awaitBody();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.byteLength;
      chunks.push(chunk);
      if (size <= limit) return;
      request.off('data', take);
      reject(tooLarge(limit));
    };
    request.on('data', take);
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', (cause) => {
      reject(
        new WotError('invalid', 'BODY_INCOMPLETE', 'The request body broke off; send it again.', { cause }),
      );
    });
  });
}

function tooLarge(limit: number): WotError {
  const message = `The request body is larger than ${limit} bytes; send less, or raise the servient's body limit.`;
  return new WotError('too-large', 'BODY_TOO_LARGE', message);
}
