import { randomBytes } from 'node:crypto';
import type { Outcome } from '../endpoint/endpoint.ts';

/** The Pings of one connection that wait for their Pongs (RFC 8323 section 5.4). */
export class Pings {
  readonly #waiting = new Map<string, (outcome: Outcome) => void>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Begins one, and gives its token. */
  begin(settled: (outcome: Outcome) => void): Buffer {
    const token = randomBytes(4);
    this.#waiting.set(token.toString('latin1'), settled);
    return token;
  }

  answered(token: Buffer): void {
    const key = token.toString('latin1');
    const settled = this.#waiting.get(key);
    this.#waiting.delete(key);
    settled?.('acked');
  }

  /** None is answered any more. */
  end(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const settled of waiting) settled('unreachable');
  }
}
