import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BindingHost } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HttpHandler } from '../../contracts/http-route.ts';
import { httpStatus } from '../../contracts/http-status.ts';
import { asWotError } from '../../interaction/as-wot-error.ts';
import { starting } from '../../interaction/servient-state.ts';
import { type ConnectionRefusals, refuseRequest } from './connection-refusals.ts';
import type { Connections } from './connections.ts';
import { authorityOf, type HostGuard } from './host-guard.ts';
import { isHttp2 } from './messages/is-http2.ts';
import { ServerExchange } from './messages/server-exchange.ts';
import type { Pages } from './pages.ts';
import type { RequestCounters } from './request-counters.ts';
import { allowed, isOwn, type Methods, methodHandler, pathUnknown, type Routes } from './routes.ts';
import type { UpgradeParts, Upgrades } from './upgrades.ts';

export interface DispatcherParts {
  readonly host: BindingHost;
  readonly guard: HostGuard;
  readonly routes: Routes;
  readonly pages: Pages;
  readonly connections: Connections;
  readonly counters: RequestCounters;
  /** The path of the public base. */
  readonly prefix: string;
  readonly upgrades: Upgrades;
  readonly refusals: ConnectionRefusals;
  /** Serves what is no path of the servient. */
  readonly elsewhere?: HttpHandler | undefined;
}

/** Brings every request to its route. */
export class Dispatcher {
  readonly #parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Serves a request when it is its turn on its connection; `url` is what the servient's own paths begin at. */
  serve(request: IncomingMessage, response: ServerResponse, url = request.url ?? '/'): void {
    this.#parts.connections.inTurn(request, response, () => void this.#serve(request, response, url));
  }

  /** Never rejects. */
  async #serve(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    const { host, counters } = this.#parts;
    const began = performance.now();
    try {
      const { path, query } = target(url);
      const principal = host.authenticate({});
      const caller = principal instanceof Promise ? await principal : principal;
      await this.#answer(new ServerExchange(request, response, caller, query), path);
    } catch (error) {
      this.#failed(response, error);
    }
    counters.answered(request.method ?? '', response.statusCode, performance.now() - began);
  }

  #failed(response: ServerResponse, error: unknown): void {
    try {
      refuseRequest(response, asWotError(error, this.#parts.host.logger, failure));
    } catch {
      response.req.socket.destroy();
    }
  }

  async #answer(exchange: ServerExchange, path: string): Promise<void> {
    const { host, guard, pages, elsewhere } = this.#parts;
    const { request } = exchange;
    let methods: Methods | undefined;
    try {
      if (!isKnownVersion(request)) return exchange.sendProblem(versionUnknown(request), { status: 505 });
      const origin = guard.check(request, pages.isOpen(this.#local(path)));
      if (origin !== undefined) allowOrigin(origin, exchange);
      if (path === '*' && request.method === 'OPTIONS') return serverOptions(exchange);
      methods = this.#methods(exchange, path);
      if (isPreflight(request)) preflight(methods ? allowed(methods) : anyMethod, exchange);
      else if (methods) await methodHandler(methods, request.method ?? 'GET')(exchange);
      else if (elsewhere) await serveElsewhere(elsewhere, exchange, this.#local(path));
    } catch (error) {
      exchange.sendProblem(asWotError(error, host.logger, failure), methods && { allow: allowed(methods) });
    }
  }

  /** Undefined where the path is for what stands beside; WotError `invalid` and `not-found` where it is for nobody. */
  #methods(exchange: ServerExchange, path: string): Methods | undefined {
    const { host, routes, pages, elsewhere } = this.#parts;
    const isOurs = isOwn(this.#local(path)) || pages.has(this.#local(path));
    const isElsewhere = elsewhere !== undefined && !isOurs;
    try {
      const methods = this.#find((local) => routes.find(local), path);
      if (methods || isElsewhere) return methods;
    } catch (error) {
      // What a path means that cannot be decoded is not ours to say.
      if (isElsewhere) return undefined;
      throw error;
    }
    const missing = isOurs && !host.isUp ? starting() : pathUnknown(path);
    if (!this.#isForPeople(exchange, path)) throw missing;
    // People put a slash at the end; the page takes it off.
    const bare = path.replace(/\/$/, '');
    const isThere = bare !== path && this.#find((local) => routes.find(local), bare) !== undefined;
    return { GET: (asked) => pages.show(asked, isThere ? 200 : httpStatus[missing.kind]) };
  }

  /** Whether a person asks; below Things there is data, for everyone. */
  #isForPeople(exchange: ServerExchange, path: string): boolean {
    const isData = /^\/things\/[^/]+\/./.test(this.#local(path));
    const isRead = ['GET', 'HEAD'].includes(exchange.request.method ?? '');
    return !isData && isRead && this.#parts.pages.isWanted(exchange);
  }

  /** Hands a connection over to the route that takes it. */
  upgrade({ request, socket, head }: UpgradeParts, url = request.url ?? '/'): void {
    const { host, guard, upgrades, refusals } = this.#parts;
    const { path } = target(url);
    try {
      guard.check(request);
      const route = this.#find((local) => upgrades.find(local), path);
      if (!route) throw host.isUp ? upgradeUnknown(path) : starting();
      route.upgrade(request, socket, head);
    } catch (error) {
      refusals.refuse(socket, { error: asWotError(error, host.logger, failure) });
    }
  }

  /** A proxy may leave the path of the public base on requests, or take it off. */
  #find<T>(look: (path: string) => T | undefined, path: string): T | undefined {
    return look(this.#local(path)) ?? look(path);
  }

  #local(path: string): string {
    return belowPrefix(path, this.#parts.prefix) ?? path;
  }
}

/** The rest of a path below another, which has no slash at its end. */
export function belowPrefix(path: string, prefix: string): string | undefined {
  return `${path}/`.startsWith(`${prefix}/`) ? path.slice(prefix.length) || '/' : undefined;
}

const failure = { code: 'INTERNAL', what: 'The HTTP server failed to answer a request' };

/** WotError `not-found`, for a path where nothing takes connections over. */
export function upgradeUnknown(path: string): WotError {
  const message = `Nothing at ${JSON.stringify(path.slice(0, 200))} takes WebSocket connections; ask for a Thing's TD, its forms say where they are.`;
  return new WotError('not-found', 'UPGRADE_UNKNOWN', message);
}

/** RFC 9110 section 15.6.6; of HTTP/2 node has seen to it. */
function isKnownVersion(request: IncomingMessage): boolean {
  return request.httpVersionMajor === 1 || isHttp2(request);
}

function versionUnknown({ httpVersion }: IncomingMessage): WotError {
  const message = `HTTP/${httpVersion} is not spoken on this connection; use HTTP/1.1.`;
  return new WotError('not-implemented', 'HTTP_VERSION_UNKNOWN', message);
}

/** Origin-form and absolute-form (RFC 9112 section 3.2). */
export function target(url: string): { readonly path: string; readonly query: string } {
  const local = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  if (mark < 0) return { path: local || '/', query: '' };
  return { path: local.slice(0, mark) || '/', query: local.slice(mark + 1) };
}

/** Done when it has been answered. */
function serveElsewhere(elsewhere: HttpHandler, exchange: ServerExchange, path: string): Promise<void> {
  const { request, response, query } = exchange;
  const host = authorityOf(request);
  if (host !== undefined) request.headers.host = host;
  request.url = query === '' ? path : `${path}?${query}`;
  if (request.headers.origin !== undefined) response.setHeader('vary', 'Origin');
  return new Promise((resolve, reject) => {
    response.once('close', resolve);
    elsewhere(request, response, reject);
  });
}

function allowOrigin(origin: string, exchange: ServerExchange): void {
  const { response } = exchange;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'Location, ETag, Link, Retry-After');
  exchange.varies('Origin');
}

const anyMethod = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];

/** OPTIONS * asks about the server as a whole (RFC 9110 section 9.3.7). */
function serverOptions(exchange: ServerExchange): void {
  exchange.writeHead(204, { allow: anyMethod.join(', ') }).end();
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Answers a CORS preflight (Fetch, section 3.2.2); the guard has checked the origin. */
function preflight(methods: readonly string[], exchange: ServerExchange): void {
  const { request, response } = exchange;
  const wanted = request.headers['access-control-request-headers'];
  response.setHeader('access-control-allow-methods', methods.join(', '));
  if (wanted !== undefined) response.setHeader('access-control-allow-headers', wanted);
  response.setHeader('access-control-max-age', 600);
  exchange.sendNothing();
}
