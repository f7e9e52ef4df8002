import { abortable } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import { ClientSession, type Scope } from './client-session.ts';
import type { SocketOptions } from './client-socket.ts';

/** Connections to one endpoint; subscriptions that would need more wait for their place. */
const mostSessions = 16;

/** The connections of one client: one for each endpoint, more where subscriptions would replace each other. */
export class SocketPool {
  readonly #options: SocketOptions;
  readonly #sessions = new Map<string, Set<ClientSession>>();
  /** Messages that could not be used, by endpoint. */
  readonly #strays = new Map<string, number>();
  #freed = Promise.withResolvers<void>();
  #isStopped = false;

  constructor(options: SocketOptions) {
    this.#options = options;
  }

  /** A connection to the endpoint; throws WotError `invalid` REQUEST_INVALID. */
  session(href: string): ClientSession {
    if (this.#isStopped) throw clientStopped();
    const [first] = this.#sessions.get(href) ?? [];
    return first ?? this.#open(href);
  }

  /** Takes a scope on a connection where no other subscription overlaps it, when there is one; rejects as `session` throws, or with the signal's reason. */
  async take(href: string, scope: Scope, signal: AbortSignal): Promise<ClientSession> {
    let session = this.#free(href, scope);
    while (session === undefined) {
      await abortable(this.#freed.promise, signal);
      session = this.#free(href, scope);
    }
    session.take(scope);
    return session;
  }

  /** Messages from an endpoint so far that could not be used. */
  strays(href: string): number {
    return this.#strays.get(href) ?? 0;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const sessions = [...this.#sessions.values()].flatMap((open) => [...open]);
    await Promise.all(sessions.map((session) => session.close(clientStopped())));
  }

  #free(href: string, scope: Scope): ClientSession | undefined {
    if (this.#isStopped) throw clientStopped();
    const open = this.#sessions.get(href) ?? new Set();
    for (const session of open) if (session.isFree(scope)) return session;
    return open.size < mostSessions ? this.#open(href) : undefined;
  }

  #open(href: string): ClientSession {
    const open = this.#sessions.get(href) ?? new Set();
    const released = (): void => {
      this.#freed.resolve();
      this.#freed = Promise.withResolvers();
    };
    const ended = (): void => {
      open.delete(session);
      if (open.size === 0) this.#sessions.delete(href);
      released();
    };
    const strayed = (): void => void this.#strays.set(href, this.strays(href) + 1);
    const session: ClientSession = new ClientSession(href, this.#options, { ended, released, strayed });
    this.#sessions.set(href, open.add(session));
    return session;
  }
}

export function clientStopped(): WotError {
  return new WotError('unavailable', 'CLIENT_STOPPED', 'The WebSocket client was stopped; make a new one.');
}
