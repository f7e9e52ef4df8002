import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';

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

/** The socket once it is open, without the listeners for errors; closed where that fails. */
export async function opened(socket: Socket, opening: Promise<void>): Promise<Socket> {
  await opening.catch((error: unknown) => {
    socket.close();
    throw error;
  });
  socket.removeAllListeners('error');
  return socket;
}

/** Closes a socket. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(resolve));
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
