import type { DocumentHeaders, HttpCoding, StoredDocument } from '../../../contracts/http-route.ts';
import { entityTag } from '../../../interaction/entity-tag.ts';
import { chooseCoding, compress, compressedFrom } from './compression.ts';
import { isKnown } from './preconditions.ts';
import type { ServerExchange } from './server-exchange.ts';

const compressed = new WeakMap<StoredDocument, Map<HttpCoding, Promise<Uint8Array>>>();

/** The document of a text or of bytes. */
export function storedDocument(content: string | Uint8Array): StoredDocument {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { bytes, etag: entityTag(bytes) };
}

/** Answers a GET or HEAD: 304 where the peer has the document, else all of it, compressed where that pays, once per coding; fails as `isKnown`. */
export async function sendDocument(
  exchange: ServerExchange,
  document: StoredDocument,
  headers: DocumentHeaders,
): Promise<void> {
  const { bytes } = document;
  const asked = exchange.request.headers;
  exchange.varies('Accept-Encoding');
  const coding = bytes.byteLength < compressedFrom ? undefined : chooseCoding(asked['accept-encoding']);
  // RFC 9110 section 8.8.3.3
  const etag = coding === undefined ? document.etag : `${document.etag.slice(0, -1)}-${coding}"`;
  // RFC 9111 section 5.2.2.4: kept, but asked for again, since it may change at any time.
  const validators = { etag, 'cache-control': headers['cache-control'] ?? 'no-cache' };
  if (isKnown(asked, { etag, lastModified: headers['last-modified'] })) {
    exchange.writeHead(304, validators).end();
  } else {
    const body = coding === undefined ? bytes : await inCoding(document, coding);
    exchange.writeHead(200, {
      ...headers,
      ...validators,
      ...(coding && { 'content-encoding': coding }),
      'content-length': body.byteLength,
    });
    exchange.response.end(exchange.request.method === 'HEAD' ? undefined : body);
  }
}

function inCoding(document: StoredDocument, coding: HttpCoding): Promise<Uint8Array> {
  const stored = document.coded?.[coding];
  if (stored) return Promise.resolve(stored);
  const known = compressed.get(document) ?? new Map<HttpCoding, Promise<Uint8Array>>();
  compressed.set(document, known);
  const body = known.get(coding) ?? compress(coding, document.bytes);
  known.set(coding, body);
  return body;
}
