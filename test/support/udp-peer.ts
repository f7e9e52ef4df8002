import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { vi } from 'vitest';
import { encodeMessage, type Message, parseMessage } from '../../src/bindings/coap/messages/coap-message.ts';

/** A CoAP peer without manners: it sends any bytes and keeps what comes back. */
export interface UdpPeer {
  readonly received: readonly Message[];
  /** Bytes of all datagrams so far. */
  readonly traffic: { readonly sent: number; readonly received: number };
  send(bytes: Uint8Array): Promise<void>;
  /** Sends a message (CON GET with a fresh id unless said otherwise) and gives its id. */
  message(message: Partial<Message>): Promise<number>;
  /** Sends a message and waits for the next answer to its id or token. */
  ask(message: Partial<Message>): Promise<Message>;
  /** Waits for a message that fits. */
  next(fits: (message: Message) => boolean): Promise<Message>;
  close(): void;
}

/** Opens a peer of the CoAP server on this port of 127.0.0.1, or of a group. */
export async function udpPeer(port: number, address = '127.0.0.1', to = '127.0.0.1'): Promise<UdpPeer> {
  const socket = createSocket('udp4');
  const received: Message[] = [];
  const taken = new Set<Message>();
  const traffic = { sent: 0, received: 0 };
  socket.on('message', (bytes) => {
    traffic.received += bytes.length;
    received.push(parseMessage(bytes));
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  socket.setMulticastInterface(address);
  let lastId = 0;

  const send = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      traffic.sent += bytes.length;
      socket.send(bytes, port, to, (error) => (error ? reject(error) : resolve()));
    });

  async function message(given: Partial<Message>): Promise<number> {
    const id = given.id ?? ++lastId;
    const empty = Buffer.alloc(0);
    await send(
      encodeMessage({ type: 'CON', code: '0.01', token: empty, options: [], payload: empty, ...given, id }),
    );
    return id;
  }

  async function next(fits: (message: Message) => boolean): Promise<Message> {
    const found = await vi.waitUntil(() => received.find((each) => !taken.has(each) && fits(each)), {
      timeout: 3000,
      interval: 2,
    });
    taken.add(found);
    return found;
  }

  return {
    received,
    traffic,
    send,
    message,
    next,
    async ask(given) {
      const token = Buffer.from(given.token ?? `t${lastId + 1}`);
      const id = await message({ ...given, token });
      return next((answer) => answer.id === id || (token.length > 0 && answer.token.equals(token)));
    },
    close: () => socket.close(),
  };
}
