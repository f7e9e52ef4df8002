import { WotError } from '../../contracts/errors.ts';
import { isLoopback, urlHost } from '../../security/bind-address.ts';
import type { ServerExchange } from './server-exchange.ts';

/** Who may address this server by which name, and from which pages. */
export interface HostGuardOptions {
  /** Host names (without port) under which the server may be addressed, besides its addresses and loopback names. */
  readonly allowedHosts: readonly string[];
  /** The origin of the server itself where a proxy gives it another. */
  readonly publicOrigin?: string;
  /** Origins whose pages may call, e.g. `https://site.example`; none by default. */
  readonly cors: readonly string[];
  /** A wildcard bind is reached by addresses that are not known beforehand: IP literals pass there. */
  readonly wildcard: boolean;
}

/** Guards against DNS rebinding (Host) and foreign pages (Origin); throws WotError `forbidden`. */
export class HostGuard {
  readonly #hosts: ReadonlySet<string>;
  readonly #publicOrigin: string | undefined;
  readonly #cors: ReadonlySet<string>;
  readonly #wildcard: boolean;
  readonly #passed = new Set<string>();

  constructor({ allowedHosts, publicOrigin, cors, wildcard }: HostGuardOptions) {
    this.#hosts = new Set(allowedHosts.map((host) => urlHost(host).toLowerCase()));
    this.#publicOrigin = publicOrigin;
    this.#cors = new Set(cors);
    this.#wildcard = wildcard;
  }

  check(exchange: ServerExchange): void {
    const { host = '', origin } = exchange.request.headers;
    if (!this.#passed.has(host)) this.#checkHost(host);
    if (origin !== undefined) this.#checkOrigin(origin, host, exchange);
  }

  #checkHost(host: string): void {
    const name = hostName(host);
    if (name === undefined) {
      const message = `The Host header ${JSON.stringify(host.slice(0, 100))} is not a host name with an optional port.`;
      throw new WotError('invalid', 'HOST_INVALID', message);
    }
    const bare = name.replace(/^\[(.*)\]$/, '$1');
    const literal = name.startsWith('[') || /^\d+(\.\d+){3}$/.test(name);
    if (!this.#hosts.has(name) && !isLoopback(bare) && !(this.#wildcard && literal)) {
      const message = `This servient is not addressed as ${JSON.stringify(name)}; use its address, or allow the name (--public-base or allowedHosts).`;
      throw new WotError('forbidden', 'HOST_NOT_ALLOWED', message);
    }
    if (this.#passed.size < 100) this.#passed.add(host);
  }

  #checkOrigin(origin: string, host: string, exchange: ServerExchange): void {
    if (this.#cors.has(origin)) {
      const { response } = exchange;
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-expose-headers', 'Location, ETag, Link, Retry-After');
      exchange.varies('Origin');
      return;
    }
    if ([`http://${host}`, `https://${host}`, this.#publicOrigin].includes(origin)) return;
    const message = `Pages of ${origin.slice(0, 100)} may not call this servient; allow the origin (--cors) if that is meant.`;
    throw new WotError('forbidden', 'ORIGIN_NOT_ALLOWED', message);
  }
}

/** The name part of a Host header (RFC 9110 section 7.2), lower case; undefined where it is malformed. */
function hostName(host: string): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(host);
  return match?.[1]?.toLowerCase();
}
