import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import {
  type CoapOption,
  encodeMessage,
  type Message,
  parseMessage,
} from '../../src/bindings/coap/messages/coap-message.ts';
import { optionNumber, uintOption } from '../../src/bindings/coap/messages/coap-option.ts';
import type { ClientBinding, ClientRequest } from '../../src/contracts/binding.ts';
import { type Collector, collector } from './collector.ts';

/** What is sent: a message (ACK 2.05 with the request's id and token unless said otherwise), bytes, or nothing. */
export type Answer = Partial<Message> | Uint8Array | undefined;

/** A CoAP server that answers each message as the test says. */
export interface ScriptedCoap {
  readonly base: string;
  readonly requests: readonly Message[];
  readonly messages: Collector<Message>;
  /** The ports that messages came from. */
  readonly ports: ReadonlySet<number>;
  /** Sends to whom this request came from. */
  send(request: Message, answer: Answer): void;
  close(): Promise<void>;
}

const empty = Buffer.alloc(0);

/** Until the test is finished; `answer` is not asked about empty messages. */
export async function scriptedCoap(
  answer: (request: Message, count: number) => Answer | readonly Answer[],
  port = 0,
): Promise<ScriptedCoap> {
  const socket = createSocket('udp4');
  const messages = collector<Message>();
  const senders = new Map<Message, { readonly port: number; readonly address: string }>();
  const ports = new Set<number>();

  function send(request: Message, what: Answer): void {
    const from = senders.get(request);
    if (what === undefined || from === undefined) return;
    const { id, token } = request;
    const message = { type: 'ACK', code: '2.05', id, token, options: [], payload: empty } as const;
    const bytes = what instanceof Uint8Array ? what : encodeMessage({ ...message, ...what });
    socket.send(bytes, from.port, from.address);
  }

  socket.on('message', (bytes, from) => {
    const request = parseMessage(bytes);
    senders.set(request, from);
    ports.add(from.port);
    messages.push(request);
    if (request.code === '0.00') return;
    for (const each of [answer(request, messages.items.length)].flat() as readonly Answer[])
      send(request, each);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await new Promise<void>((resolve) => socket.close(resolve));
  };
  onTestFinished(close);
  return {
    base: `coap://127.0.0.1:${socket.address().port}`,
    requests: messages.items,
    messages,
    ports,
    send,
    close,
  };
}

/** A client until the test is finished. */
export function testClient(...options: Parameters<typeof coapClient>): ClientBinding {
  const made = coapClient(...options);
  onTestFinished(() => made.stop());
  return made;
}

/** A read of an address. */
export const readOf = (href: string, more: Partial<ClientRequest> = {}): ClientRequest => ({
  op: 'readproperty',
  form: { href },
  timeout: 3000,
  ...more,
});

/** A value in JSON as an answer. */
export const jsonAnswer = (value: unknown, ...options: readonly CoapOption[]): Partial<Message> => ({
  payload: Buffer.from(JSON.stringify(value)),
  options: [uintOption(optionNumber.contentFormat, 50), ...options],
});
