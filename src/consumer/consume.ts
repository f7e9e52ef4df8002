import type { HttpCredentials, PskCredentials } from '../contracts/access.ts';
import type { ClientBinding } from '../contracts/binding.ts';
import { type Clock, waitingClock } from '../contracts/clock.ts';
import { checkedTimeout } from '../contracts/deadline.ts';
import type { PartialTd } from '../contracts/td.ts';
import { ClientPool } from './client-pool.ts';
import type { ConsumedThing } from './consumed-thing.ts';
import { createConsumedThing } from './create-consumed-thing.ts';
import { findTd } from './found-td.ts';

export interface ConsumeOptions {
  /** Clients to use before our own for their schemes; they stay yours to stop. */
  readonly clients?: readonly ClientBinding[];
  /** Milliseconds for each request that sets none itself; default 30,000, 0 = no limit, more than 2^31 - 1 counts as that. */
  readonly timeout?: number;
  /** Ends the fetching of the TD. */
  readonly signal?: AbortSignal;
  /** Sent by our own HTTP, WebSocket and MQTT clients to every host in the TD, and to no other: give them with TDs that you trust. */
  readonly credentials?: HttpCredentials;
  /** What our own CoAP client proves itself by over coaps and coaps+tcp. */
  readonly psk?: PskCredentials;
  /** Certificates in PEM that our own HTTP, WebSocket and CoAP clients trust beside those of the system. */
  readonly ca?: string;
  readonly clock?: Clock;
}

/**
 * Takes up a Thing: from its TD, or from the address or file path of its TD, typed by `consume<typeof td>(url)`. Fails
 * with WotError: that of the fetch, FILE_UNREADABLE, `not-implemented` NO_CLIENT_FOR_SCHEME, `invalid` DOCUMENT_INVALID
 * for what is no JSON, TD_INVALID for what is no TD, CA_INVALID or TIMEOUT_INVALID.
 */
export async function consume<const T extends PartialTd>(
  source: T | string | URL,
  options: ConsumeOptions = {},
): Promise<ConsumedThing<T>> {
  const clients = new ClientPool(options.clients, options);
  const timeout = checkedTimeout(options.timeout ?? 30_000);
  const stopping = new AbortController();
  try {
    const found = await findTd(source, clients, {
      timeout,
      ...(options.signal && { signal: options.signal }),
    });
    const clock = options.clock ?? waitingClock;
    const thing = createConsumedThing(
      { ...found, clients, clock, timeout, stopped: stopping.signal },
      stopping,
    );
    return thing as unknown as ConsumedThing<T>; // typed by the literal, made from the TD
  } catch (error) {
    await clients.stop();
    throw error;
  }
}
