import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ClientBinding } from '../contracts/binding.ts';
import { type Clock, waitingClock } from '../contracts/clock.ts';
import { checkedTimeout } from '../contracts/deadline.ts';
import { WotError } from '../contracts/errors.ts';
import type { PartialTd, ThingDescription } from '../contracts/td.ts';
import { ClientPool, type ConsumerCredentials } from './client-pool.ts';
import type { ConsumedThing } from './consumed-thing.ts';
import { createConsumedThing } from './create-consumed-thing.ts';
import { checkTdShape } from './td-shape.ts';

export interface ConsumeOptions {
  /** Clients to use before our own for their schemes; they stay yours to stop. */
  readonly clients?: readonly ClientBinding[];
  /** Milliseconds for each request that sets none itself; default 30,000, 0 = no limit, more than 2^31 - 1 counts as that. */
  readonly timeout?: number;
  /** Ends the fetching of the TD. */
  readonly signal?: AbortSignal;
  /** Sent by our own HTTP and MQTT clients to every address in the TD: give them with TDs that you trust. */
  readonly credentials?: ConsumerCredentials;
  readonly clock?: Clock;
}

/**
 * Takes up a Thing: from its TD, or from the address or file path of its TD, typed by `consume<typeof td>(url)`. Fails
 * with WotError: that of the fetch, `not-found` TD_FILE_UNREADABLE, `invalid` TD_INVALID for what is no TD, or `invalid`
 * TIMEOUT_INVALID.
 */
export async function consume<const T extends PartialTd>(
  source: T | string | URL,
  options: ConsumeOptions = {},
): Promise<ConsumedThing<T>> {
  const clients = new ClientPool(options.clients, options.credentials);
  const timeout = checkedTimeout(options.timeout ?? 30_000);
  const stopping = new AbortController();
  try {
    const td = await tdOf(source, clients, { ...options, timeout });
    const clock = options.clock ?? waitingClock;
    const thing = createConsumedThing({ td, clients, clock, timeout, stopped: stopping.signal }, stopping);
    return thing as unknown as ConsumedThing<T>; // typed by the literal, made from the TD
  } catch (error) {
    await clients.stop();
    throw error;
  }
}

async function tdOf(
  source: PartialTd | string | URL,
  clients: ClientPool,
  options: ConsumeOptions & { readonly timeout: number },
): Promise<ThingDescription> {
  if (typeof source !== 'string' && !(source instanceof URL)) return checkTdShape(source, 'the TD given');
  const address = String(source);
  if (!URL.canParse(address)) return readTd(address);
  if (address.startsWith('file:')) return readTd(fileURLToPath(address));
  const [client] = await clients.for(address);
  if (client === undefined) throw noClient(address);
  const td = checkTdShape(await client.fetchTd(address, options), address);
  return td.base === undefined ? { ...td, base: address } : td; // RFC 3986 section 5.1.3: relative hrefs of a TD without a base
}

async function readTd(path: string): Promise<ThingDescription> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    const message = `The TD file ${path} cannot be read: ${cause.message}; give the path or URL of a TD.`;
    throw new WotError('not-found', 'TD_FILE_UNREADABLE', message, { cause });
  });
  return checkTdShape(parsed(text, path), path);
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WotError('invalid', 'TD_INVALID', `${path} is not JSON: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

function noClient(address: string): WotError {
  return new WotError(
    'not-implemented',
    'NO_CLIENT_FOR_SCHEME',
    `No client here can fetch ${address}; use an http, https, coap or mqtt address, or give a client with the option clients.`,
  );
}
