import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connectPacket } from '../../support/mqtt-bytes.ts';
import { acknowledgement, packetReader, packetType, type Received, subscription } from './mqtt-packets.ts';

export interface MqttPeer {
  readonly url: string;
  readonly clientId: string;
  readonly version?: 4 | 5;
  /** Whether the broker forgets the session with the connection; default true. */
  readonly clean?: boolean;
  readonly subscribe?: { readonly filter: string; readonly qos: 0 | 1 };
}

/** A bare connection, so that asking costs less than answering does; its PUBLISH packets are acknowledged. */
export async function mqttConnection(
  { url, clientId, version = 4, clean = true, subscribe }: MqttPeer,
  take: (packet: Received) => void,
): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  await once(socket, 'connect');
  socket.write(connectPacket(clientId, clean ? 2 : 0, version));
  if (subscribe) socket.write(subscription(subscribe.filter, subscribe.qos, version));
  const read = packetReader();
  const last = subscribe ? packetType.suback : packetType.connack;
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      socket.cork();
      for (const packet of read(chunk)) {
        if (packet.type === last) resolve(socket);
        if (packet.qos === 1 && packet.type === packetType.publish) socket.write(acknowledgement(packet));
        take(packet);
      }
      socket.uncork();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`A client of ${url} lost its connection.`)));
  });
}
