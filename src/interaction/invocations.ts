import { randomUUID } from 'node:crypto';
import type { Clock } from '../contracts/clock.ts';
import { toProblem, WotError } from '../contracts/errors.ts';
import type { InvocationStatus } from '../contracts/interaction.ts';

const keptFor = 60 * 60 * 1000;
const keptAtMost = 100;
const runningAtMost = 1000;

interface Invocation {
  status: InvocationStatus;
  endedAt?: number;
  readonly abort: (reason: Error) => void;
}

/** The asynchronous invocations of one Thing, by action: running ones, and finished ones for an hour, at most 100 an action. */
export class Invocations {
  readonly #clock: Clock;
  /** Made with the first invocation: most Things have none. */
  #byAction: Map<string, Map<string, Invocation>> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts `run` and answers at once with a pending or running status; `run` rejects with WotErrors only. */
  start(action: string, run: () => Promise<unknown>, abort: (reason: Error) => void): InvocationStatus {
    const invocations = this.#of(action);
    if ([...invocations.values()].filter(({ endedAt }) => endedAt === undefined).length >= runningAtMost) {
      const message = `${runningAtMost} invocations of action ${JSON.stringify(action)} are running; cancel some or wait.`;
      throw new WotError('overloaded', 'TOO_MANY_INVOCATIONS', message, { retryAfter: 1 });
    }
    const id = randomUUID();
    const status: InvocationStatus = { id, action, status: 'running', timeRequested: this.#time() };
    const invocation: Invocation = { status, abort };
    invocations.set(id, invocation);
    run().then(
      (output) => this.#end(invocation, { status: 'completed', ...(output === undefined ? {} : { output }) }),
      (error: WotError) => this.#end(invocation, { status: 'failed', error: toProblem(error) }),
    );
    return status;
  }

  query(action: string, id: string): InvocationStatus {
    return this.#find(action, id).status;
  }

  /** Aborts a running invocation and forgets it; a finished one is only forgotten. */
  cancel(action: string, id: string): void {
    const { abort, endedAt } = this.#find(action, id);
    this.#byAction?.get(action)?.delete(id);
    if (endedAt === undefined)
      abort(new WotError('unavailable', 'CANCELLED', 'The invocation was cancelled.'));
  }

  /** The action of an invocation. */
  actionOf(id: string): string {
    for (const [action, invocations] of this.#byAction ?? []) if (invocations.has(id)) return action;
    const message = `There is no invocation ${JSON.stringify(id.slice(0, 64))}; it was cancelled, forgotten or never made.`;
    throw new WotError('not-found', 'INVOCATION_UNKNOWN', message);
  }

  /** How many run. */
  get running(): number {
    let running = 0;
    for (const [, invocations] of this.#byAction ?? []) {
      for (const { endedAt } of invocations.values()) if (endedAt === undefined) running += 1;
    }
    return running;
  }

  /** Newest first. */
  all(action: string): readonly InvocationStatus[] {
    return [...this.#of(action).values()].map(({ status }) => status).reverse();
  }

  /** Aborts what runs. */
  close(): void {
    for (const [action, invocations] of this.#byAction ?? []) {
      for (const id of invocations.keys()) this.cancel(action, id);
    }
  }

  #end(invocation: Invocation, result: Partial<InvocationStatus>): void {
    invocation.status = { ...invocation.status, ...result, timeEnded: this.#time() };
    invocation.endedAt = this.#clock.now();
    this.#forgetOld(this.#of(invocation.status.action));
  }

  #of(action: string): Map<string, Invocation> {
    this.#byAction ??= new Map();
    const invocations = this.#byAction.get(action) ?? new Map<string, Invocation>();
    this.#byAction.set(action, invocations);
    this.#forgetOld(invocations);
    return invocations;
  }

  #forgetOld(invocations: Map<string, Invocation>): void {
    const ended = [...invocations.values()].filter(({ endedAt }) => endedAt !== undefined);
    const oldest = this.#clock.now() - keptFor;
    ended.forEach(({ status, endedAt = 0 }, index) => {
      if (endedAt < oldest || index < ended.length - keptAtMost) invocations.delete(status.id);
    });
  }

  #find(action: string, id: string): Invocation {
    const invocation = this.#of(action).get(id);
    if (invocation) return invocation;
    const message = `Action ${JSON.stringify(action)} has no invocation ${JSON.stringify(id.slice(0, 64))}; it was cancelled, forgotten or never made.`;
    throw new WotError('not-found', 'INVOCATION_UNKNOWN', message);
  }

  #time(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
