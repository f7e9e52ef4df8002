import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { PeerIdentity } from '../../../contracts/access.ts';
import type { BindingHost } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import { ClientBounds } from '../../../security/client-bounds.ts';
import { SocketAdmission } from '../../../security/socket-admission.ts';
import { bindError } from '../endpoint/bind-error.ts';
import type { Address, EndpointListener } from '../endpoint/endpoint.ts';
import { resolveHost } from '../endpoint/resolve-host.ts';
import type { ServerSecurity } from '../security/credentials.ts';
import { connectionsExhausted } from './connection-errors.ts';
import { encodeFrame } from './frame.ts';
import { abort, csm } from './signalling.ts';
import { StreamEndpoint } from './stream-endpoint.ts';
import { serverTls } from './tls-options.ts';

const connectionsAtMost = { most: 1024, mostPerClient: 128 };
const overhead = 16 * 1024; // options and header beside the largest body
const heldAtMost = 64 * 1024 * 1024;
const heldOfClientAtMost = 16 * 1024 * 1024;
const cutAfter = 1500;

/** Where it listens, and how it is secured. */
interface Place extends Address {
  readonly security?: ServerSecurity | undefined;
}

type Take = (socket: Socket, identity?: PeerIdentity) => void;

/** Listens for CoAP over TCP, or over TLS where `security` is given; rejects with WotError `unavailable` ADDRESS_IN_USE, BIND_FAILED. */
export async function listenStream(
  listener: EndpointListener,
  host: BindingHost,
  { address, port, security }: Place,
): Promise<StreamEndpoint> {
  const { limits, clock, logger } = host;
  const mostPerClient = Math.max(heldOfClientAtMost, 4 * limits.body);
  const endpoint = new StreamEndpoint(listener, {
    clock,
    logger,
    maxMessageSize: limits.body + overhead,
    times: { quiet: 120_000, unused: 600_000 },
    held: new ClientBounds({ most: Math.max(heldAtMost, 4 * mostPerClient), mostPerClient }),
  });
  const take: Take = (socket, identity) => {
    endpoint.add(socket, identity).catch(() => undefined); // the log is told why it ended
  };
  const connections = new SocketAdmission(connectionsAtMost);
  const server =
    security === undefined ? plainServer(connections, take) : securedServer(connections, take, security);
  endpoint.listen({
    get port() {
      return (server.address() as { readonly port: number } | null)?.port ?? 0;
    },
    keepAlive: (on) => void (on ? server.ref() : server.unref()),
    async close() {
      // Also those that are still in their handshake.
      const timer = clock.after(cutAfter, () => connections.cut());
      await new Promise((resolve) => server.close(resolve));
      timer.cancel();
    },
  });
  try {
    server.listen({ host: (await resolveHost(address)).address, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    await endpoint.close();
    if (error instanceof WotError) throw error;
    throw bindError(security ? 'CoAPS+TCP' : 'CoAP+TCP', { address, port }, error as Error);
  }
  server.on('error', (error) => logger.warn('CoAP connections cannot be taken just now', { error }));
  return endpoint;
}

function plainServer(connections: SocketAdmission, take: Take): Server {
  // Who has sent all its requests may still be answered.
  return createServer({ allowHalfOpen: true }).on('connection', (socket: Socket) => {
    if (connections.admits(socket)) take(socket);
    else socket.on('error', () => undefined).end(refusal(), () => socket.destroy());
  });
}

function securedServer(connections: SocketAdmission, take: Take, security: ServerSecurity): Server {
  const { options, isTrusted, identityOf } = serverTls(security);
  return createTlsServer(options, (socket) => {
    if (isTrusted(socket)) take(socket, identityOf(socket));
    else socket.destroy();
  })
    .prependListener('connection', (socket: Socket) => {
      if (!connections.admits(socket)) socket.destroy();
    })
    .on('tlsClientError', (_error, socket) => socket.destroy());
}

function refusal(): Buffer {
  return Buffer.concat([encodeFrame(csm(overhead)), encodeFrame(abort(connectionsExhausted().message))]);
}
