import type { IncomingMessage } from 'node:http';
import type { BindingHost } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { HttpExchange } from '../contracts/http-route.ts';
import { isLoopback } from '../security/bind-address.ts';

/** Headers that only a proxy adds: the page is used from elsewhere then. */
const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/**
 * Lets a request have the servient reach out to Things that it does not host, into the network that it stands in: only
 * where whoever asks sits at this machine, or `allowed` says that it is meant. WotError `forbidden` FOREIGN_THINGS_OFF.
 */
export function refuseForeignThings(
  { request }: Pick<HttpExchange, 'request'>,
  { httpSide, publicBase }: Pick<BindingHost, 'httpSide' | 'publicBase'>,
  allowed = false,
): void {
  const isAtHome = publicBase === undefined && isLocalAddress(httpSide?.base) && isLocal(request);
  if (allowed || isAtHome) return;
  const message =
    'The page asks only Things of this servient, for it can be reached from other machines: whoever uses it could look around in the network here. Open it at a loopback address (--host 127.0.0.1), or set the page option `foreign` if that is meant.';
  throw new WotError('forbidden', 'FOREIGN_THINGS_OFF', message);
}

function isLocal({ headers, httpVersion, socket }: IncomingMessage): boolean {
  const { localAddress = '', remoteAddress = '' } = socket;
  const host = (headers[':authority'] as string | undefined) ?? headers.host ?? '';
  // Proxies speak HTTP/1.0 unless told otherwise, browsers never.
  return (
    httpVersion !== '1.0' &&
    isOwnPage(headers.origin, host) &&
    [localAddress, remoteAddress].every(isLocalHost) &&
    isLocalAddress(`http://${host}`) &&
    !proxyHeaders.some((name) => headers[name] !== undefined)
  );
}

/** Pages whose origin may call (`cors`) may use the Things here, and not look around behind them. */
function isOwnPage(origin: string | undefined, host: string): boolean {
  return origin === undefined || URL.parse(origin)?.host === URL.parse(`http://${host}`)?.host;
}

function isLocalAddress(address = ''): boolean {
  const name = URL.parse(address)?.hostname;
  return name !== undefined && isLocalHost(name);
}

function isLocalHost(host: string): boolean {
  return isLoopback(host.replace(/^\[(.*)\]$/, '$1'));
}
