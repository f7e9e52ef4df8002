import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeContent } from '../codec/registry.ts';
import { type ErrorKind, WotError } from '../contracts/errors.ts';
import type { ClientPool } from './client-pool.ts';

const headers = [
  {
    'htv:fieldName': 'Accept',
    'htv:fieldValue': 'application/td+json, application/tm+json, application/json;q=0.9, */*;q=0.1',
  },
  { 'htv:fieldName': 'Accept-Encoding', 'htv:fieldValue': 'br, gzip' },
];
const kinds: Readonly<Record<string, ErrorKind>> = { ENOENT: 'not-found', EACCES: 'forbidden' };

/** A document, and where it was found: redirections may have led on from the address asked. */
export interface FoundDocument {
  readonly body: Uint8Array;
  readonly address: string;
}

/** The document at an absolute address, a `file:` one included; fails with WotError. */
export async function readDocument(
  address: string,
  clients: ClientPool,
  limits: { readonly signal?: AbortSignal; readonly timeout: number },
): Promise<FoundDocument> {
  if (/^file:/i.test(address)) return { body: await readLocal(address), address };
  const [client] = await clients.for({ href: address });
  if (client === undefined) {
    const message = `No client here can fetch ${address}; give an http, https, coap, coaps, mqtt or file address, or a client for its scheme.`;
    throw new WotError('not-implemented', 'NO_CLIENT_FOR_SCHEME', message, { href: address });
  }
  // A type without a CoAP Content-Format asks CoAP servers for what they have; a topic that retains nothing shows at once.
  const form = { href: address, contentType: '*/*', 'htv:headers': headers, 'mqv:retain': true };
  const found = await client.request({ op: 'readproperty', form, ...limits });
  return { body: found.content?.body ?? new Uint8Array(), address: found.address ?? address };
}

/** The value of a JSON document read at an address; WotError `invalid` DOCUMENT_INVALID for all else. */
export function parseDocument(address: string, body: Uint8Array): unknown {
  try {
    return decodeContent({ type: 'application/json', body });
  } catch (cause) {
    const message = `${address} holds no JSON document: ${(cause as Error).message} Give the address of a Thing Description in JSON.`;
    throw new WotError('invalid', 'DOCUMENT_INVALID', message, { cause });
  }
}

async function readLocal(address: string): Promise<Uint8Array> {
  try {
    return await readFile(fileURLToPath(address));
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new WotError(
      kinds[code] ?? 'invalid',
      'FILE_UNREADABLE',
      `${address} cannot be read: ${message}; check the path.`,
      { cause },
    );
  }
}
