import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Stands between one client and the server on this port of 127.0.0.1, whatever they say, and loses some of it. */
export async function dtlsRelay(
  server: number,
  isLost: () => boolean,
): Promise<{ readonly port: number; close(): void }> {
  const [front, back] = await Promise.all([bound(), bound()]);
  let client = 0;
  front.on('message', (datagram, { port }) => {
    client = port;
    if (!isLost()) back.send(datagram, server, '127.0.0.1');
  });
  back.on('message', (datagram) => {
    if (!isLost()) front.send(datagram, client, '127.0.0.1');
  });
  return {
    port: front.address().port,
    close() {
      front.close();
      back.close();
    },
  };
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
