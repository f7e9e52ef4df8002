import type { Client } from 'aedes';

export type Done = (error?: Error | null) => void;

/** A packet as its publisher sent it. */
export interface Published {
  readonly qos: number;
  readonly messageId?: number;
}

/** The message that is being stored. */
export interface Turn {
  readonly packet: Published;
  /** The client that published it; null = the servient or the broker. */
  readonly client: Client | null;
  /** What its acknowledgement waits for. */
  readonly written: Promise<void>[];
}

/** Has each client's messages acknowledged when they are written, in the order in which it sent them [MQTT-4.6.0-2], [MQTT-4.6.0-3]. */
export class Acknowledgements {
  /** The last of each client that waits. */
  readonly #waiting = new WeakMap<Client, Promise<void>>();

  /** Calls `done` when the message of this turn may be acknowledged. */
  after({ client, packet, written }: Turn, failure: Error | null | undefined, done: Done): void {
    const before = client && packet.messageId !== undefined ? this.#waiting.get(client) : undefined;
    const waits = client && packet.messageId !== undefined && (before !== undefined || written.length > 0);
    if (failure || !waits) {
      done(failure);
      return;
    }
    const acknowledged = Promise.all([before, ...written]).then(
      () => done(),
      (error: Error) => done(error),
    );
    const last = acknowledged.then(() => {
      if (this.#waiting.get(client) === last) this.#waiting.delete(client);
    });
    this.#waiting.set(client, last);
  }
}
