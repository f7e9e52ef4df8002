import { WotError } from '../../contracts/errors.ts';
import { ClientSession, type Scope, type SessionOptions } from './client-session.ts';

/** The connections of one client: one for each endpoint, more where subscriptions would replace each other. */
export class SocketPool {
  readonly #options: SessionOptions;
  readonly #sessions = new Map<string, Set<ClientSession>>();
  #isStopped = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** A connection to the endpoint, on which the subscription of a scope is alone; throws WotError `invalid` REQUEST_INVALID. */
  session(href: string, scope?: Scope): ClientSession {
    if (this.#isStopped) throw clientStopped();
    const open = this.#sessions.get(href) ?? [];
    for (const session of open) if (scope === undefined || session.isFree(scope)) return session;
    return this.#open(href);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const sessions = [...this.#sessions.values()].flatMap((open) => [...open]);
    await Promise.all(sessions.map((session) => session.close(clientStopped())));
  }

  #open(href: string): ClientSession {
    const open = this.#sessions.get(href) ?? new Set();
    const session: ClientSession = new ClientSession(href, this.#options, () => {
      open.delete(session);
      if (open.size === 0) this.#sessions.delete(href);
    });
    this.#sessions.set(href, open.add(session));
    return session;
  }
}

export function clientStopped(): WotError {
  return new WotError('unavailable', 'CLIENT_STOPPED', 'The WebSocket client was stopped.');
}
