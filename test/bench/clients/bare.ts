import { generate, parse } from 'coap-packet';
import { Agent } from 'undici';
import { openSockets } from '../load/coap-request.ts';
import { runClient } from './client.ts';

/** undici and JSON.parse. */
const requested = async (url: string) => {
  const agent = new Agent();
  const { origin, pathname } = new URL(url);
  return async () => {
    const { body } = await agent.request({ origin, path: pathname, method: 'GET' });
    return JSON.parse(await body.text());
  };
};

/** node:dgram, coap-packet and JSON.parse. */
const askedByDatagram = async (url: string) => {
  const [socket] = await openSockets(url, 1);
  const waiting = new Map<number, (payload: Buffer) => void>();
  let messageId = 0;
  socket?.on('message', (bytes) => {
    const { messageId: id, payload } = parse(bytes);
    waiting.get(id)?.(payload);
    waiting.delete(id);
  });
  return async () => {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    messageId = (messageId + 1) & 0xffff;
    waiting.set(messageId, resolve);
    const token = Buffer.from([messageId >> 8, messageId & 0xff]);
    socket?.send(generate({ confirmable: true, code: 'GET', messageId, token }));
    return JSON.parse((await promise).toString());
  };
};

runClient({ 'client-request': requested, 'client-consume': requested, 'client-coap': askedByDatagram });
