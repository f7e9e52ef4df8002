import type { Client } from 'aedes';
import type { Principal } from '../../../../contracts/access.ts';
import type { Asker } from './topic-access.ts';

/** Who the clients of a broker are; a client id belongs to one identity as long as a session of it exists. */
export class ClientIdentities {
  /** Whose a session is that may outlive its connection. */
  readonly #ownerOf: (clientId: string) => Principal | undefined;
  readonly #askers = new WeakMap<Client, Asker>();
  /** By client id: one, and where it is taken over, for a moment, more of the same identity. */
  readonly #connected = new Map<string, Set<Client>>();

  constructor(ownerOf: (clientId: string) => Principal | undefined) {
    this.#ownerOf = ownerOf;
  }

  /** Binds the id of a client that is not closed yet to who it is; false where the id is another's. */
  bind(client: Client, principal: Principal): boolean {
    const { id, conn } = client;
    if ((this.owner(id) ?? principal).name !== principal.name) return false;
    this.#askers.set(client, { clientId: id, principal });
    const clients = this.#connected.get(id) ?? new Set();
    this.#connected.set(id, clients.add(client));
    conn.once('close', () => {
      clients.delete(client);
      if (clients.size === 0) this.#connected.delete(id);
    });
    return true;
  }

  /** Of a client that was bound, also after its end. */
  of(client: Client): Asker | undefined {
    return this.#askers.get(client);
  }

  /** Whose an id is while a session of it exists. */
  owner(clientId: string): Principal | undefined {
    const [client] = this.#connected.get(clientId) ?? [];
    return (client && this.of(client)?.principal) ?? this.#ownerOf(clientId);
  }
}
