import type { IClientPublishOptions, IPublishPacket } from 'mqtt';
import type { Principal } from '../../../contracts/access.ts';
import type { Clock } from '../../../contracts/clock.ts';
import type { Metric } from '../../../contracts/metrics.ts';

/** What is published; `retain` and `qos` 0 are not set by default. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly options: IClientPublishOptions;
}

export interface LinkListener {
  /** The broker can be published to, for the first time or again: it may have lost what it retained. */
  connected(): void;
  /** `principal` is its publisher, where the broker is ours and knows. */
  message(packet: IPublishPacket, principal?: Principal): void;
}

/** Bytes that a packet may hold beside its payload: topic and properties. */
export const packetOverhead = 128 * 1024;

/** The servient's way to its broker. */
export interface BrokerLink {
  /** Whether it is the servient's own broker, where nobody else hosts Things. */
  readonly isOwn: boolean;
  /** As peers reach the broker, without user and password. */
  readonly url: string;
  /** All addresses of the broker, that one first. */
  readonly addresses: readonly string[];
  readonly connected: boolean;
  /** What keeps the broker from serving, where it is ours. */
  fault?(): string | undefined;
  metrics?(): readonly Metric[];
  /** Connects; resolves also where the broker does not answer soon, and goes on. Rejects where it refuses. */
  open(listener: LinkListener): Promise<void>;
  /** Calls `done` when the broker has the message, or it is lost with the connection. */
  publish(message: Message, done: () => void): void;
  /** Has messages told to the listener; resolves when the broker agreed, rejects when it refused. */
  subscribe(filters: readonly string[]): Promise<void>;
  unsubscribe(filters: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const patience = 1000;

/** Whether work was done within a second; where not it goes on, and its end is its own. Rejects as the work does. */
export async function soon(work: Promise<unknown>, clock: Clock): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = clock.after(patience, () => resolve(false));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.cancel();
  }
}
