import { ClientPool } from '../../consumer/client-pool.ts';
import { tdAt } from '../../consumer/found-td.ts';
import { parseDocument, readDocument } from '../../consumer/read-document.ts';
import { toProblem, WotError } from '../../contracts/errors.ts';
import { protocolOf } from '../../td/protocol.ts';
import type { FetchedTd } from '../page-data.ts';

/** Milliseconds. */
const timeout = 10_000;

const fetched = ['http', 'coap', 'mqtt'];

/** The document at an http, https, coap or mqtt address; WotError `invalid` ADDRESS_INVALID for others, and those of reading it. */
export async function fetchTd(address: unknown, signal: AbortSignal): Promise<FetchedTd> {
  if (
    typeof address !== 'string' ||
    !URL.canParse(address) ||
    !fetched.includes(protocolOf({ href: address }))
  ) {
    const message = 'Give the address of a Thing Description that begins with http:, https:, coap: or mqtt:.';
    throw new WotError('invalid', 'ADDRESS_INVALID', message);
  }
  const clients = new ClientPool();
  try {
    const found = await readDocument(address, clients, { signal, timeout });
    const document = parseDocument(found.address, found.body);
    const text = new TextDecoder().decode(found.body);
    return { text, address: found.address, ...asTd(found.address, document) };
  } finally {
    await clients.stop();
  }
}

/** What the editor opens need not be a TD yet. */
function asTd(address: string, document: unknown): Pick<FetchedTd, 'td' | 'problem'> {
  try {
    return { td: tdAt(address, document).td };
  } catch (error) {
    if (error instanceof WotError) return { problem: toProblem(error) };
    throw error;
  }
}
