import { constants } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { WotError } from '../../../../contracts/errors.ts';
import type { Logger } from '../../../../contracts/logger.ts';
import { portInUse } from '../../../../security/bind-address.ts';
import { certificateIdentity } from '../../../../security/certificate-identity.ts';
import { type Bounds, boundsFor, ClientBounds } from '../../../../security/client-bounds.ts';
import type { SocketAdmission } from '../../../../security/socket-admission.ts';
import type { TlsOptions } from '../../../../security/tls-options.ts';
import type { Caller } from './guarded-connection.ts';

const handshakeFor = 10_000;
/** TLS handshakes under way at one time. */
const handshakeBounds: Bounds = { most: 256, mostPerClient: 64 };

/** Where a broker listens. */
export interface Place {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** With `ca`, whoever has no certificate of theirs is refused. */
  readonly tls?: TlsOptions;
}

export interface Listener {
  readonly port: number;
  /** Takes no more connections; resolves when those that it has are over. */
  close(): Promise<void>;
}

export interface ListenerParts {
  readonly admission: SocketAdmission;
  readonly logger: Logger;
  /** Whether clients come through a proxy, which gives them all its address. */
  readonly behindProxy: boolean;
  /** Takes a connection that stands. */
  take(socket: Socket, caller: Caller): void;
}

/** Listens for MQTT over TCP or TLS; rejects with WotError `unavailable` ADDRESS_IN_USE or ADDRESS_UNUSABLE. */
export async function listen(place: Place, parts: ListenerParts): Promise<Listener> {
  const { admission, logger, take } = parts;
  const { host, port, tls } = place;
  const stands = (socket: Socket, caller: Omit<Caller, 'address'> = {}) => {
    socket.setNoDelay(true).setKeepAlive(true, 60_000);
    take(socket, { address: socket.remoteAddress ?? '', ...caller });
  };
  const server = tls ? tlsServer(tls, parts, stands) : tcpServer(admission, stands);
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, place);
  }
  server.on('error', (error) => logger.warn('MQTT connections cannot be taken just now', { error }));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type Stands = (socket: Socket, caller?: Omit<Caller, 'address'>) => void;

function tcpServer(admission: SocketAdmission, stands: Stands): Server {
  return createServer().on('connection', (socket: Socket) => {
    if (admission.admits(socket)) stands(socket);
    else socket.destroy();
  });
}

function tlsServer(tls: TlsOptions, { admission, behindProxy }: ListenerParts, stands: Stands): Server {
  const handshakes = new ClientBounds(boundsFor(handshakeBounds, behindProxy));
  /** Addresses, by address and port. */
  const underWay = new Map<string, string>();
  const begins = (socket: Socket): boolean => {
    const { remoteAddress = '' } = socket;
    if (handshakes.exceeded(remoteAddress) || !admission.admits(socket)) return false;
    const name = nameOf(socket);
    handshakes.take(remoteAddress);
    underWay.set(name, remoteAddress);
    socket.once('close', () => ends(name));
    return true;
  };
  const ends = (name: string): void => {
    const address = underWay.get(name);
    if (underWay.delete(name)) handshakes.give(address ?? '');
  };
  return createTlsServer(secured(tls), (socket: TLSSocket) => {
    ends(nameOf(socket));
    const certificate = tls.ca === undefined ? undefined : socket.getPeerX509Certificate();
    stands(socket, certificate && { peer: certificateIdentity(certificate) });
  })
    .prependListener('connection', (socket: Socket) => {
      if (!begins(socket)) socket.destroy();
    })
    .on('tlsClientError', (_error, socket) => socket.destroy());
}

function secured({ cert, key, ca }: TlsOptions) {
  const { SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_TICKET } = constants;
  const all = { cert, key, minVersion: 'TLSv1.2', handshakeTimeout: handshakeFor } as const;
  if (ca === undefined) return { ...all, secureOptions: SSL_OP_NO_RENEGOTIATION };
  // A resumed session would outlive the certificate that it began with.
  const secureOptions = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET;
  return { ...all, ca, requestCert: true, rejectUnauthorized: true, secureOptions };
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function listenError(cause: NodeJS.ErrnoException, { host, port, tls }: Place): WotError {
  if (cause.code === 'EADDRINUSE') return portInUse(tls ? 'MQTTS' : 'MQTT', host, port, cause);
  const message = `The MQTT broker cannot listen on ${host} port ${port}; choose another address or port.`;
  return new WotError('unavailable', 'ADDRESS_UNUSABLE', message, { cause });
}
