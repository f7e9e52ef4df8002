import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { generate, type ParsedPacket, parse } from 'coap-packet';
import type { Target } from '../bench-messages.ts';

const json = { name: 'Content-Format', value: Buffer.from([50]) } as const;
const value = 21;

/** node:dgram and npm `coap-packet`: acknowledges any request with 2.05 and a JSON value, or 2.04. */
export async function bareCoap(): Promise<Target> {
  const socket = await listening((packet, from) => answer(socket, packet, from));
  return { url: urlOf(socket) };
}

const perTurn = 16;

/** Sends each event to every observer in a confirmable message, and takes the acknowledgements: more at once than a turn takes in would only be lost. */
export async function bareObserved(): Promise<Target> {
  const observers: { readonly token: Buffer; readonly from: RemoteInfo }[] = [];
  const unacknowledged = new Map<string, Buffer>();
  let messageId = 0;
  const socket = await listening((packet, from) => {
    if (packet.ack) {
      unacknowledged.delete(`${from.port} ${packet.messageId}`);
      return;
    }
    if (packet.code === '0.01') observers.push({ token: packet.token, from });
    answer(socket, packet, from);
    if (packet.code === '0.02') tell(0);
  });
  const tell = (first: number): void => {
    for (const { token, from } of observers.slice(first, first + perTurn)) {
      messageId = (messageId + 1) & 0xffff;
      const observe = { name: 'Observe', value: Buffer.from([messageId >> 8, messageId & 0xff]) } as const;
      const content = { code: '2.05', options: [observe, json], payload: Buffer.from(JSON.stringify(value)) };
      const bytes = generate({ confirmable: true, messageId, token, ...content });
      unacknowledged.set(`${from.port} ${messageId}`, bytes);
      socket.send(bytes, from.port, from.address);
    }
    if (first + perTurn < observers.length) setImmediate(() => tell(first + perTurn));
  };
  return { url: urlOf(socket), invoke: urlOf(socket) };
}

async function listening(receive: (packet: ParsedPacket, from: RemoteInfo) => void): Promise<Socket> {
  const socket = createSocket('udp4', (bytes, from) => receive(parse(bytes), from));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

const urlOf = (socket: Socket): string => `coap://127.0.0.1:${socket.address().port}/`;

function answer(
  socket: Socket,
  { code, messageId, token }: ParsedPacket,
  { port, address }: RemoteInfo,
): void {
  const content =
    code === '0.01'
      ? { code: '2.05', options: [json], payload: Buffer.from(JSON.stringify(value)) }
      : { code: '2.04' };
  socket.send(generate({ ack: true, messageId, token, ...content }), port, address);
}
