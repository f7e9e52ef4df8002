import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { silentLogger } from '../../../contracts/logger.ts';
import { type ClientParts, type ClientTransport, hrefOf, type OpenLink } from '../client/client-transport.ts';
import type { EndpointListener } from '../endpoint/endpoint.ts';
import { type ClientSecurity, chosenSecurity, type SecurityChoice } from '../security/credentials.ts';
import { connectionFailed, connectionTimeout } from './client-errors.ts';
import { StreamEndpoint } from './stream-endpoint.ts';
import { clientTls } from './tls-options.ts';

const connectWithin = 15_000;
const maxMessageSize = 8 * 1024 * 1024 + 16 * 1024; // larger answers come block-wise
const quiet = 30_000;

/** CoAP over TCP (RFC 8323); rejects with WotError `timeout` CONNECTION_TIMEOUT, `unavailable` CONNECTION_FAILED or CONNECTION_ABORTED. */
export const tcpTransport: ClientTransport = (to, listener, parts) => {
  const { address: host, port } = to;
  return open({ ...parts, listener, href: hrefOf('coap+tcp', to), event: 'connect' }, () =>
    connect({ host, port }),
  );
};

/** CoAP over TLS (RFC 8323); rejects as `tcpTransport` does, and with `internal` CERTIFICATE_NOT_TRUSTED, `unauthenticated` CREDENTIALS_MISSING or HANDSHAKE_REFUSED. */
export function tlsTransport(security: SecurityChoice = {}): ClientTransport {
  return (to, listener, parts) => {
    const href = hrefOf('coaps+tcp', to);
    const chosen = chosenSecurity(security, href);
    const opening = { ...parts, listener, href, event: 'secureConnect', security: chosen };
    return open(opening, () => connectTls(clientTls(to, chosen)));
  };
}

interface Opening extends ClientParts {
  readonly listener: EndpointListener;
  readonly href: string;
  /** That tells that the socket is ready. */
  readonly event: string;
  readonly security?: ClientSecurity;
}

async function open(opening: Opening, make: () => Socket): Promise<OpenLink> {
  const { listener, clock, stopping, href, event, security } = opening;
  const endpoint = new StreamEndpoint(listener, {
    clock,
    logger: silentLogger,
    maxMessageSize,
    times: { quiet },
  });
  let socket: Socket | undefined;
  const timer = clock.after(connectWithin, () => socket?.destroy(connectionTimeout()));
  const stop = (): void => void socket?.destroy(stopping.reason);
  stopping.addEventListener('abort', stop);
  try {
    stopping.throwIfAborted();
    socket = make();
    await once(socket, event);
    return { endpoint, peer: await endpoint.add(socket) };
  } catch (error) {
    socket?.destroy();
    await endpoint.close();
    throw connectionFailed(href, error, security);
  } finally {
    timer.cancel();
    stopping.removeEventListener('abort', stop);
  }
}
