import { connect, type Socket } from 'node:net';

/** Event streams as bare as they can be. */
export interface OpenedStreams {
  readonly sockets: readonly Socket[];
  /** Connections that were answered otherwise or not at all. */
  readonly refused: number;
  close(): void;
}

/** What one loopback address may open at a servient, about. */
const perAddress = 1900;
const atOnce = 200;

/** Opens streams from as many loopback addresses as they need; each is open when its first bytes are here. */
export async function openStreams(url: string, count: number): Promise<OpenedStreams> {
  const sockets: Socket[] = [];
  let refused = 0;
  for (let begun = 0; begun < count; begun += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - begun) }, (_, index) =>
      openStream(url, `127.0.0.${2 + Math.floor((begun + index) / perAddress)}`),
    );
    for (const socket of await Promise.all(some)) {
      if (socket) sockets.push(socket);
      else refused += 1;
    }
  }
  return {
    sockets,
    refused,
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function openStream(url: string, localAddress: string): Promise<Socket | undefined> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, localAddress });
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`);
  return new Promise((resolve) => {
    let head = '';
    const look = (chunk: Buffer) => {
      head += chunk.toString();
      if (!head.includes('\n\n')) return;
      socket.off('data', look);
      resolve(socket);
    };
    socket.on('data', look);
    socket.on('error', () => {}).on('close', () => resolve(undefined));
  });
}
