import type { Client } from 'aedes';

/** What each connected client holds of something, and all together. */
export class ClientAmounts {
  readonly #amounts = new Map<Client, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** How many clients there are. */
  get size(): number {
    return this.#amounts.size;
  }

  clients(): Iterable<Client> {
    return this.#amounts.keys();
  }

  of(client: Client): number {
    return this.#amounts.get(client) ?? 0;
  }

  /** Notes what a client holds until its connection is closed. */
  set(client: Client, amount: number): void {
    if (!this.#amounts.has(client)) client.conn.once('close', () => this.#forget(client));
    this.#total += amount - this.of(client);
    this.#amounts.set(client, amount);
  }

  #forget(client: Client): void {
    this.#total -= this.of(client);
    this.#amounts.delete(client);
  }
}
