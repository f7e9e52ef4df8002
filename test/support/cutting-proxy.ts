import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that breaks connections where a network would: anywhere. */
export interface CuttingProxy {
  readonly base: string;
  /** Connections that it broke. */
  readonly cuts: number;
  /** Withholds all answers until the next cut. */
  mute(): void;
  /** Breaks all connections now. */
  cut(): void;
  stop(): Promise<void>;
}

/** When a connection breaks by itself: after so many bytes of the answer, Infinity = never. */
export type Lifetime = () => number;

/** Stands before an HTTP server; what passes after `lifetime` bytes is withheld, also in the middle of a chunk. */
export async function cuttingProxy(
  target: string,
  lifetime: Lifetime = () => Infinity,
): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let cuts = 0;
  let isMute = false;
  const cut = (socket: Socket): void => {
    if (!open.delete(socket)) return;
    cuts += 1;
    socket.resetAndDestroy();
  };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let left = lifetime();
    open.add(near);
    near.pipe(far);
    far.on('data', (chunk) => {
      if (left <= 0 || isMute) return;
      near.write(chunk.subarray(0, left));
      left -= chunk.byteLength;
      // What was written shall arrive, so that the break falls on this very byte.
      if (left <= 0) near.end(() => cut(near));
    });
    near.on('error', () => {}).on('close', () => far.destroy());
    far.on('error', () => {}).on('close', () => near.destroy());
    near.on('close', () => open.delete(near));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    mute() {
      isMute = true;
    },
    cut() {
      isMute = false;
      for (const socket of open) cut(socket);
    },
    async stop() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
