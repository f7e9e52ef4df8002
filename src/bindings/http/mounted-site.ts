import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { BindingHost } from '../../contracts/binding.ts';
import type { WotError } from '../../contracts/errors.ts';
import { refusalText } from '../../contracts/http-refusal.ts';
import type { HttpHandler } from '../../contracts/http-route.ts';
import { starting } from '../../interaction/servient-state.ts';
import { refuseRequest } from './connection-refusals.ts';
import type { Connections } from './connections.ts';
import { belowPrefix, type Dispatcher, target, upgradeUnknown } from './dispatcher.ts';
import type { Pages } from './pages.ts';
import { isOwn, pathUnknown } from './routes.ts';
import { endOnError, ignoreUpgrade, wantsWebSocket } from './upgrades.ts';

export interface MountOptions {
  /** The path that it is mounted at, without a slash at its end. */
  readonly prefix: string;
  readonly pages: Pages;
  running(): MountedParts | undefined;
}

/** What serves between start and stop. */
export interface MountedParts {
  readonly host: BindingHost;
  readonly dispatcher: Dispatcher;
}

/** Ends when the requests under way have been answered; those that take longer than `drain` milliseconds, 503. */
export async function settle(connections: Connections, drain: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, drain);
  await Promise.race([connections.answered(), late.promise]);
  clearTimeout(timer);
  connections.refuseUnanswered();
}

/** The servient inside of a server that is not its own. */
export class MountedSite {
  readonly #options: MountOptions;

  constructor(options: MountOptions) {
    this.#options = options;
  }

  readonly handler: HttpHandler = (request, response, next) => {
    const url = this.#localUrl(request);
    if (url === undefined) {
      // A listener of node:http has no `next`.
      if (next as typeof next | undefined) next();
      else refuseRequest(response, pathUnknown(request.url ?? ''));
      return;
    }
    try {
      this.#permitted(request.socket).serve(request, response, url);
    } catch (error) {
      refuseRequest(response, error as WotError);
    }
  };

  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { server } = socket as { readonly server?: Server };
    const url = this.#localUrl(request, this.#options.prefix !== '');
    // What is not ours is for the others, where there are any.
    if (url === undefined && server?.listenerCount('upgrade') !== 1) return;
    endOnError(socket);
    try {
      if (!wantsWebSocket(request) && server) ignoreUpgrade(server, { request, socket, head });
      else if (url === undefined) throw upgradeUnknown(request.url ?? '');
      else this.#permitted(socket as Socket).upgrade({ request, socket, head }, url);
    } catch (error) {
      socket.end(refusalText({ error: error as WotError }));
    }
  };

  /** What comes over an address that the servient may not bind is refused, as binding it would be. */
  #permitted({ localAddress }: Socket): Dispatcher {
    const running = this.#options.running();
    if (!running) throw starting();
    if (localAddress !== undefined) running.host.bindAddress(localAddress);
    return running.dispatcher;
  }

  /** The part of the URL below the mount; undefined where it is not the servient's, which `all` below may be. */
  #localUrl(request: IncomingMessage, all = false): string | undefined {
    const { url = '/', originalUrl = url } = request as IncomingMessage & { readonly originalUrl?: string };
    const { path, query } = target(url);
    // Express and connect have taken the path of the mount off.
    const prefix = originalUrl === url ? this.#options.prefix : '';
    const local = belowPrefix(path, prefix);
    if (local === undefined || !(all || isOwn(local) || this.#options.pages.has(local))) return undefined;
    return query === '' ? local : `${local}?${query}`;
  }
}
