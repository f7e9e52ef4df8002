import type { IClientPublishOptions, IPublishPacket } from 'mqtt';
import type { Principal } from '../../../contracts/access.ts';
import type { Clock } from '../../../contracts/clock.ts';

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

/** The servient's way to its broker. */
export interface BrokerLink {
  /** As peers reach the broker, without user and password. */
  readonly url: string;
  readonly connected: boolean;
  /** Connects; resolves also where the broker does not answer soon, and goes on. Rejects where it refuses. */
  open(listener: LinkListener): Promise<void>;
  /** Calls `done` when the broker has the message, or it is lost with the connection. */
  publish(message: Message, done: () => void): void;
  /** Has messages told to the listener; resolves when the broker agreed, rejects when it refused. */
  subscribe(filters: readonly string[]): Promise<void>;
  unsubscribe(filters: readonly string[]): Promise<void>;
  /** What another servient may have retained at a topic; undefined also where it cannot be seen. */
  retained(topic: string): Promise<IPublishPacket | undefined>;
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
