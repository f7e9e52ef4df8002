import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { ThingMessage } from '../../src/bindings/websocket/messages.ts';

/** A message of a Thing. */
export type Received = ThingMessage & { readonly error?: Readonly<Record<string, unknown>> };

/** A plain WebSocket that speaks the Web Thing Protocol message by message. */
export interface ThingSocket {
  readonly socket: WebSocket;
  readonly received: readonly Received[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  /** Sends a request, completed where members are missing, and gives its response. */
  ask(operation: string, members?: object): Promise<Received>;
  /** Sends as it is and gives the next response that comes. */
  send(data: string | Uint8Array): Promise<Received>;
  /** Resolves when this many notifications came, with all of them. */
  notifications(count: number): Promise<readonly Received[]>;
  /** Resolves with the first notification that holds. */
  notification(holds: (notification: Received) => boolean): Promise<Received>;
}

/** Opens a socket whose requests are about one Thing unless they say otherwise; rejects as the handshake fails. */
export async function openThingSocket(url: string, thingID = ''): Promise<ThingSocket> {
  const socket = new WebSocket(url, 'webthingprotocol');
  const received: Received[] = [];
  const notified: Received[] = [];
  /** What looks at each message until it has seen the one it waits for. */
  const waiting = new Set<(message: Received) => boolean>();
  socket.on('message', (data) => {
    const message: Received = JSON.parse(String(data));
    received.push(message);
    if (message.messageType === 'notification') notified.push(message);
    for (const look of waiting) if (look(message)) waiting.delete(look);
  });
  socket.on('error', () => {});
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));

  const next = (holds: (message: Received) => boolean): Promise<Received> =>
    new Promise((resolve) => {
      waiting.add((message) => {
        const isIt = holds(message);
        if (isIt) resolve(message);
        return isIt;
      });
    });

  return {
    socket,
    received,
    closed,
    ask(operation, members = {}) {
      const correlationID = randomUUID();
      const about = { thingID, messageID: randomUUID(), messageType: 'request', operation, correlationID };
      const message = { ...about, ...members };
      socket.send(JSON.stringify(message));
      return next((each) => each.messageType === 'response' && each.correlationID === message.correlationID);
    },
    send(data) {
      socket.send(data);
      return next(({ messageType }) => messageType === 'response');
    },
    async notifications(count) {
      if (notified.length < count) await next(() => notified.length >= count);
      return [...notified];
    },
    async notification(holds) {
      return (
        notified.find(holds) ?? next((message) => message.messageType === 'notification' && holds(message))
      );
    },
  };
}
