import { ClientPool } from '../../src/consumer/client-pool.ts';
import { parseDocument, readDocument } from '../../src/consumer/read-document.ts';
import type { ClientBinding } from '../../src/contracts/binding.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';

/** The TD at an address, fetched by this client; `timeout` in ms. */
export async function fetchTd(
  client: ClientBinding,
  address: string,
  timeout = 5000,
): Promise<ThingDescription> {
  const { body } = await readDocument(address, new ClientPool([client]), { timeout });
  return parseDocument(address, body) as ThingDescription;
}
