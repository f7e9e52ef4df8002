import { WotError } from '../../contracts/errors.ts';
import { decodeComponent } from '../../td/percent-encoding.ts';
import type { ServerExchange } from './messages/server-exchange.ts';

export type Handler = (exchange: ServerExchange) => void | Promise<void>;

/** The methods of one resource; HEAD follows from GET, OPTIONS from all. */
export interface Methods {
  readonly GET?: Handler;
  readonly PUT?: Handler;
  readonly POST?: Handler;
  readonly DELETE?: Handler;
  /** Why a method is not there, as a stable code; METHOD_NOT_ALLOWED otherwise. */
  readonly refusals?: Readonly<Record<string, string>>;
}

/** Finds the methods of a resource that exists only at run time (an invocation), by decoded segments. */
export type DynamicRoute = (segments: readonly string[]) => Methods | undefined;

const names = ['GET', 'PUT', 'POST', 'DELETE'] as const;

/** Resources by path: one Map look-up for a path in its canonical encoding. */
export class Routes {
  readonly #methods = new Map<string, Methods>();
  readonly #dynamic: DynamicRoute;

  constructor(dynamic: DynamicRoute) {
    this.#dynamic = dynamic;
  }

  add(routes: Iterable<readonly [string, Methods]>): void {
    for (const [path, methods] of routes) this.#methods.set(path, methods);
  }

  clear(): void {
    this.#methods.clear();
  }

  remove(paths: Iterable<string>): void {
    for (const path of paths) this.#methods.delete(path);
  }

  /** WotError `invalid` for a malformed path. */
  find(path: string): Methods | undefined {
    const known = this.#methods.get(path);
    if (known) return known;
    const segments = path.split('/').map(decodeComponent);
    return this.#methods.get(canonical(segments)) ?? this.#dynamic(segments.slice(1));
  }
}

/** The path of decoded segments, as the servient writes it. */
export function canonical(segments: readonly string[]): string {
  return segments.map(encodeURIComponent).join('/');
}

const ownPaths = ['/', '/healthz', '/readyz', '/metrics', '/.well-known/wot', '/things'];

/** Whether a path is for the servient itself; below `/things` there is nothing but Things. */
export function isOwn(path: string): boolean {
  return path.startsWith('/things/') || ownPaths.includes(path);
}

/** WotError `not-found`, for a path that nobody has. */
export function pathUnknown(path: string): WotError {
  const message = `There is nothing at ${JSON.stringify(path.slice(0, 200))}; GET /things lists what there is.`;
  return new WotError('not-found', 'PATH_UNKNOWN', message);
}

/** The handler of a method; WotError `not-allowed` where there is none. */
export function methodHandler(methods: Methods, method: string): Handler {
  const known = names.find((name) => name === method);
  const handler = known && methods[known];
  if (handler) return handler;
  if (method === 'HEAD' && methods.GET) return methods.GET;
  const allow = allowed(methods);
  if (method === 'OPTIONS') {
    return (exchange) => {
      exchange.writeHead(204, { allow: allow.join(', ') }).end();
    };
  }
  const message = `${method} is not offered here; offered: ${allow.join(', ')}.`;
  throw new WotError('not-allowed', methods.refusals?.[method] ?? 'METHOD_NOT_ALLOWED', message);
}

/** All methods of a resource, for Allow. */
export function allowed(methods: Methods): readonly string[] {
  return [...names.filter((name) => methods[name]), ...(methods.GET ? ['HEAD'] : []), 'OPTIONS'];
}
