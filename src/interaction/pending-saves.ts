import { randomUUID } from 'node:crypto';
import { WotError } from '../contracts/errors.ts';
import type { Logger } from '../contracts/logger.ts';

/** State of one Thing on its way into the store: nothing is acknowledged before what it changed is durable. */
export class PendingSaves {
  readonly #logger: Logger;
  #pending: Set<Promise<void>> | undefined;
  #refused: WotError | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Follows one save; a failure is logged whole, and told to peers without what only the operator may know. */
  track(what: string, save: Promise<void>): Promise<void> {
    const told = save.catch((cause) => {
      const correlationId = randomUUID();
      this.#logger.error(`The value of ${what} could not be stored`, { correlationId, error: cause });
      const message = `The value of ${what} could not be stored; the servient's log has the reason under ${correlationId}.`;
      throw new WotError('unavailable', 'STATE_NOT_STORED', message, { correlationId, cause });
    });
    this.#pending ??= new Set();
    const pending = this.#pending.add(told);
    const done = () => pending.delete(told);
    told.then(done, done);
    return told;
  }

  /** The error for state that is given after its Thing is gone; who waits for what it did gets the same. */
  refuse(thing: string): WotError {
    const message = `The Thing ${JSON.stringify(thing)} was stopped meanwhile, so what was set is not kept; try again when it is back.`;
    this.#refused ??= new WotError('unavailable', 'THING_GONE', message);
    return this.#refused;
  }

  /** Resolves when all that is under way is durable; rejects with the first failure. */
  async settled(): Promise<void> {
    if (this.#refused) throw this.#refused;
    if (this.#pending && this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
