import type { IncomingMessage } from 'node:http';
import { WotError } from '../../contracts/errors.ts';
import { isLoopback, urlHost } from '../../security/bind-address.ts';

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

  /** WotError `invalid` CORS_ORIGIN_INVALID. */
  constructor({ allowedHosts, publicOrigin, cors, wildcard }: HostGuardOptions) {
    for (const origin of cors) requireOrigin(origin);
    this.#hosts = new Set(allowedHosts.map((host) => urlHost(host).toLowerCase().replace(/\.$/, '')));
    this.#publicOrigin = publicOrigin;
    this.#cors = new Set(cors);
    this.#wildcard = wildcard;
  }

  /** The origin whose page may read the answer, where it is a foreign one; `isOpen` where all may. */
  check(request: IncomingMessage, isOpen = false): string | undefined {
    const { origin } = request.headers;
    const host = authorityOf(request) ?? '';
    // HTTP/1.0 knows no Host, and no browser speaks it.
    const hasNone = host === '' && request.httpVersion === '1.0';
    if (!hasNone && !this.#passed.has(host)) this.#checkHost(host);
    if (hasTwoHosts(request)) throw invalidHost('twice');
    return origin === undefined || isOpen ? undefined : this.#checkOrigin(origin, host);
  }

  #checkHost(host: string): void {
    const name = hostName(host);
    if (name === undefined) throw invalidHost(JSON.stringify(host.slice(0, 100)));
    const bare = name.replace(/^\[(.*)\]$/, '$1');
    const literal = name.startsWith('[') || /^\d+(\.\d+){3}$/.test(name);
    if (!this.#hosts.has(name) && !isLoopback(bare) && !(this.#wildcard && literal)) {
      const message = `This servient is not addressed as ${JSON.stringify(name)}; use its address, or allow the name (--public-base or allowedHosts).`;
      throw new WotError('forbidden', 'HOST_NOT_ALLOWED', message);
    }
    if (this.#passed.size < 100) this.#passed.add(host);
  }

  #checkOrigin(origin: string, host: string): string | undefined {
    if (this.#cors.has(origin)) return origin;
    if ([`http://${host}`, `https://${host}`, this.#publicOrigin].includes(origin)) return undefined;
    const message = `Pages of ${origin.slice(0, 100)} may not call this servient; allow the origin (--cors) if that is meant.`;
    throw new WotError('forbidden', 'ORIGIN_NOT_ALLOWED', message);
  }
}

/** The host, with its port, that a request is for; undefined where it names none. */
export function authorityOf({ url = '/', headers }: IncomingMessage): string | undefined {
  // RFC 9113 section 8.3.1: over HTTP/2 the name stands in :authority.
  const authority = headers[':authority'] as string | undefined;
  if (authority !== undefined || url.startsWith('/')) return authority ?? headers.host;
  // The Host beside an absolute-form target is to be ignored (RFC 9112 section 3.2.2).
  return /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host;
}

/** Browsers send an origin in one form alone (RFC 6454 section 6.2). */
function requireOrigin(origin: string): void {
  const exact = URL.canParse(origin) ? new URL(origin).origin : 'null';
  if (exact === origin) return;
  // Apps and browser extensions have schemes of their own.
  if (exact === 'null' && /^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/.test(origin)) return;
  const example = exact === 'null' ? 'https://site.example' : exact;
  const message = `\`cors\` names origins exactly as browsers send them, e.g. ${JSON.stringify(example)}: ${JSON.stringify(origin)} matches none; correct it, or leave it out.`;
  throw new WotError('invalid', 'CORS_ORIGIN_INVALID', message);
}

/** RFC 9112 section 3.2; node keeps the first one. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
}

function invalidHost(given: string): WotError {
  const message = `The Host header must be given once, as a host name with an optional port, not ${given}.`;
  return new WotError('invalid', 'HOST_INVALID', message);
}

/** The name part of a Host header (RFC 9110 section 7.2), lower case; undefined where it is malformed. */
function hostName(host: string): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(host);
  // With a dot at its end a name is absolute (RFC 1034 section 3.1), and the same.
  return match?.[1]?.toLowerCase().replace(/\.$/, '');
}
