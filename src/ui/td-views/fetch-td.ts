import { ClientPool } from '../../consumer/client-pool.ts';
import { parseDocument, readDocument } from '../../consumer/read-document.ts';
import { WotError } from '../../contracts/errors.ts';
import type { FetchedTd } from '../page-data.ts';

/** Milliseconds. */
const timeout = 10_000;

/** The document at an http, https or coap address; WotError `invalid` ADDRESS_INVALID for others, and those of reading it. */
export async function fetchTd(address: unknown, signal: AbortSignal): Promise<FetchedTd> {
  if (typeof address !== 'string' || !URL.canParse(address) || !/^(https?|coap):/i.test(address)) {
    const message = 'Give the address of a Thing Description that begins with http:, https: or coap:.';
    throw new WotError('invalid', 'ADDRESS_INVALID', message);
  }
  const clients = new ClientPool();
  try {
    const found = await readDocument(address, clients, { signal, timeout });
    const td = parseDocument(found.address, found.body);
    return { td, text: new TextDecoder().decode(found.body), address: found.address };
  } finally {
    await clients.stop();
  }
}
