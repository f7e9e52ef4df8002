import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerBinding } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HttpHandler, HttpSide } from '../../contracts/http-route.ts';
import { isHttpBase } from '../../security/bind-address.ts';
import { boundsFor } from '../../security/client-bounds.ts';
import { checkTls, type TlsOptions } from '../../security/tls-options.ts';
import { isOwn } from './routes.ts';

export interface HttpOptions {
  /** Default 8080; 0 takes a free one. */
  readonly port?: number;
  /** Bind address; default: the servient's. */
  readonly host?: string;
  /** Further host names under which the server is addressed. */
  readonly allowedHosts?: readonly string[];
  /** Origins whose pages may call. */
  readonly cors?: readonly string[];
  /** Routes of your own beside the Things, at `/` or by path: an express app, a router, connect middleware. */
  readonly mount?: HttpHandler | Readonly<Record<string, HttpHandler>>;
  /** Listens on nothing: a server of your own calls `handler` and `upgrade`; `base` is where peers reach them. */
  readonly mounted?: { readonly base: string };
  /** Serves https. */
  readonly tls?: TlsOptions;
  /** Offers HTTP/2 by ALPN; needs `tls`, and is not possible together with `mount`. */
  readonly http2?: boolean;
  /** Connections open at one time, default 20,000, so that streams leave some to others; more are refused with 503. */
  readonly maxConnections?: number;
  /** The same for one remote address, default 4,000; as many as in all behind a proxy (`publicBase`). */
  readonly maxConnectionsPerClient?: number;
  /** Event streams open at one time, default 10,000; more are refused with 503. */
  readonly maxStreams?: number;
  /** The same for one remote address, default 2,000; as many as in all behind a proxy (`publicBase`). */
  readonly maxStreamsPerClient?: number;
  /** Milliseconds for the head of a request to arrive, default 15,000. */
  readonly headersTimeout?: number;
  /** Milliseconds for a whole request to arrive, default 120,000. */
  readonly requestTimeout?: number;
  /** Milliseconds that requests under way have to end when the servient stops, default 1,000; then they are answered 503. */
  readonly drain?: number;
}

/** Things over HTTP; `handler` and `upgrade` are for a server of your own (`mounted`). */
export interface HttpBinding extends ServerBinding {
  readonly httpSide: HttpSide;
  /** A request listener of node:http, and middleware of express and connect: what is not its own goes to `next`. */
  readonly handler: HttpHandler;
  /** A listener for `server.on('upgrade', ...)`; leaves alone what is not its own. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** The options with their defaults, and what bounds the clients. */
export type HttpSettings = ReturnType<typeof settingsOf>;

export function settingsOf(options: HttpOptions, behindProxy: boolean) {
  const { port = 8080, headersTimeout = 15_000, requestTimeout = 120_000, drain = 1000 } = options;
  const connections = { most: options.maxConnections, mostPerClient: options.maxConnectionsPerClient };
  const streams = { most: options.maxStreams, mostPerClient: options.maxStreamsPerClient };
  const mebibyte = 1024 * 1024;
  return {
    ...options,
    ...{ port, requestTimeout, drain },
    headersTimeout: Math.min(headersTimeout, requestTimeout),
    connections: boundsFor({ most: 20_000, mostPerClient: 4000 }, behindProxy, connections),
    streams: boundsFor({ most: 10_000, mostPerClient: 2000 }, behindProxy, streams),
    bodies: boundsFor({ most: 256 * mebibyte, mostPerClient: 64 * mebibyte }, behindProxy),
  };
}

/** WotError `invalid` HTTP_OPTIONS_INVALID, HTTP2_WITH_EXPRESS and those of `checkTls`. */
export function checkOptions(options: HttpOptions): void {
  const { mount, mounted, tls, http2, allowedHosts = [] } = options;
  for (const name of Object.keys(ranges) as RangedOption[]) checkRange(name, options[name]);
  for (const host of allowedHosts) checkHost(host);
  if (mount !== undefined) checkMount(mount);
  if (http2 && mount) {
    const message =
      'HTTP/2 is not possible together with `mount`: express does not run on it; leave out one.';
    throw new WotError('invalid', 'HTTP2_WITH_EXPRESS', message);
  }
  if (http2 && !tls) throw invalid('`http2` needs `tls`: HTTP/2 is agreed on in the TLS handshake.');
  if (mounted) checkMounted(options, mounted.base);
  if (tls) checkTls(tls);
}

const longestTimer = 2 ** 31 - 1;
const endless = Number.POSITIVE_INFINITY;

/** Of whole numbers, the least and the most. */
const ranges = {
  port: [0, 65_535],
  maxConnections: [1, endless],
  maxConnectionsPerClient: [1, endless],
  maxStreams: [1, endless],
  maxStreamsPerClient: [1, endless],
  headersTimeout: [1, longestTimer],
  requestTimeout: [1, longestTimer],
  drain: [0, longestTimer],
} as const;

type RangedOption = keyof typeof ranges;

function checkRange(name: RangedOption, value: number | undefined): void {
  const [least, most] = ranges[name];
  if (value === undefined || (value === most && most === endless)) return;
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const end = most === endless ? '' : ` to ${most}`;
  throw invalid(`\`${name}\` must be a whole number from ${least}${end}, not ${String(value)}.`);
}

function checkHost(host: string): void {
  if (/^[\w.-]+$/.test(host) || isIP(host.replace(/^\[(.*)\]$/, '$1')) === 6) return;
  throw invalid(
    `\`allowedHosts\` cannot have ${JSON.stringify(host)}: name the host alone, without scheme, port and path.`,
  );
}

function checkMount(mount: NonNullable<HttpOptions['mount']>): void {
  if (typeof mount === 'function') return;
  if (typeof mount !== 'object') {
    throw invalid(
      `\`mount\` must be a handler, such as an express app, or an object of handlers by path, not ${JSON.stringify(mount)}.`,
    );
  }
  for (const [path, handler] of Object.entries(mount)) {
    const place = `\`mount\` cannot have ${JSON.stringify(path)}`;
    if (!path.startsWith('/')) throw invalid(`${place}: a path begins with a slash.`);
    if (typeof handler !== 'function')
      throw invalid(`${place}: give a handler there, such as an express app, not ${String(handler)}.`);
    if (path !== '/' && isOwn(path))
      throw invalid(`${place}: the servient answers there; choose another path.`);
  }
}

/** Options of a server of ours, which do nothing in one of the user. */
const serverOptions = [
  'port',
  'host',
  'tls',
  'http2',
  'mount',
  'maxConnections',
  'maxConnectionsPerClient',
  'headersTimeout',
  'requestTimeout',
] as const;

function checkMounted(options: HttpOptions, base: string): void {
  const own = serverOptions.filter((name) => (options[name] ?? false) !== false);
  if (own.length > 0) {
    throw invalid(
      `\`${own.join('`, `')}\` goes with a server of ours, \`mounted\` with one of yours; leave out one.`,
    );
  }
  if (isHttpBase(base)) return;
  const given = JSON.stringify(base);
  throw invalid(
    `\`mounted.base\` must be the address of the mount, e.g. "http://localhost:3000/wot", not ${given}.`,
  );
}

function invalid(message: string): WotError {
  return new WotError('invalid', 'HTTP_OPTIONS_INVALID', message);
}
