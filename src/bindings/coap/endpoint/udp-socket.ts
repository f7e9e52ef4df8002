import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import type { Address } from './endpoint.ts';

/** A socket whose peers are IP literals. */
export function udpSocket(family: number, reuseAddr = false): Socket {
  return createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: literal(family), reuseAddr });
}

/** A socket bound to an IP literal; rejects with the system's error. */
export function boundSocket(address: string, port: number, reuseAddr = false): Promise<Socket> {
  const socket = udpSocket(isIP(address), reuseAddr);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('error', reject);
  socket.bind({ address, port, exclusive: true }, resolve);
  return opened(socket, promise);
}

/** A socket for one peer alone, which hears its refusals; rejects with the system's error. */
export function connectedSocket({ address, port }: Address): Promise<Socket> {
  const socket = udpSocket(isIP(address));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('error', reject);
  socket.connect(port, address, (error?: Error | null) => (error ? reject(error) : resolve()));
  return opened(socket, promise);
}

/** Closes a socket. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(resolve));
}

/** Without listeners for errors once it is open; closed where that fails. */
async function opened(socket: Socket, opening: Promise<void>): Promise<Socket> {
  await opening.catch((error: unknown) => {
    socket.close();
    throw error;
  });
  socket.removeAllListeners('error');
  return socket;
}

// Peers are IP literals here, so a send needs no resolver.
const literal =
  (family: number) =>
  (
    address: string,
    _options: unknown,
    done: (error: Error | null, address: string, family: number) => void,
  ): void =>
    done(null, address, family);
