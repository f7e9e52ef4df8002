import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  errorOf,
  gapOf,
  notificationOf,
  parseMessage,
  responseOf,
} from '../../src/bindings/websocket/client-messages.ts';
import type { RequestMessage } from '../../src/bindings/websocket/messages.ts';
import { websocketClient } from '../../src/bindings/websocket/websocket-client.ts';
import type { ClientBinding, ClientRequest } from '../../src/contracts/binding.ts';
import { WotError } from '../../src/contracts/errors.ts';
import type { Op } from '../../src/contracts/td.ts';
import { respond, startWebThingPeer, type WebThingPeer } from '../support/web-thing-peer.ts';

const ops: readonly Op[] = [
  'readproperty',
  'readallproperties',
  'invokeaction',
  'queryaction',
  'queryallactions',
];

let peer: WebThingPeer;
let client: ClientBinding;

beforeAll(async () => {
  peer = await startWebThingPeer();
  client = websocketClient();
});

afterAll(async () => {
  await client.stop();
  await peer.stop();
});

const request = (op: Op): ClientRequest => ({
  op,
  form: { href: peer.href, subprotocol: 'webthingprotocol' },
  target: { thing: 'urn:lamp', name: 'on' },
  timeout: 2000,
});

/** A message whose known members have any values. */
const message = fc.record(
  {
    messageID: fc.jsonValue(),
    messageType: fc.oneof(fc.constantFrom('response', 'notification', 'request'), fc.jsonValue()),
    operation: fc.jsonValue(),
    name: fc.jsonValue(),
    value: fc.jsonValue(),
    values: fc.jsonValue(),
    data: fc.jsonValue(),
    output: fc.jsonValue(),
    status: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
    statuses: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.array(fc.jsonValue()))),
    error: fc.oneof(fc.jsonValue(), fc.record({ status: fc.jsonValue(), detail: fc.jsonValue() })),
    gap: fc.oneof(fc.jsonValue(), fc.record({ after: fc.jsonValue(), resumesAt: fc.jsonValue() })),
    timestamp: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

/** Expects a value, or a WotError. */
function succeedsOrRefuses(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(WotError);
  }
}

test('any bytes are a message or nothing', () => {
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (body) => {
      const parsed = parseMessage(body);
      expect(parsed === undefined || (typeof parsed === 'object' && !Array.isArray(parsed))).toBe(true);
    }),
  );
});

test('any message is an answer, a notification of the right types, or a WotError', () => {
  fc.assert(
    fc.property(message, fc.constantFrom(...ops), (received, op) => {
      succeedsOrRefuses(() => responseOf(request(op), received));
      const { name = '', id = '', timestamp = '' } = notificationOf(received);
      const { after = '', resumesAt = '' } = gapOf(received) ?? {};
      for (const text of [name, id, timestamp, after, resumesAt]) expect(text).toBeTypeOf('string');
      const error = errorOf(received, 'ws://h/');
      expect(error === undefined || error instanceof WotError).toBe(true);
    }),
  );
});

test('a peer may send anything: requests are answered or fail, and the next one is served', async () => {
  const garbage = fc.array(fc.oneof(message, fc.string(), fc.uint8Array()), { maxLength: 5 });
  const send = (asked: RequestMessage, socket: Parameters<WebThingPeer['answer']>[1]) => (part: unknown) => {
    if (typeof part === 'string' || part instanceof Uint8Array) socket.send(part);
    else respond(socket, asked, part as object);
  };
  await fc.assert(
    fc.asyncProperty(garbage, fc.constantFrom(...ops), async (parts, op) => {
      const ended: unknown[] = [];
      peer.answer = (asked, socket) => {
        parts.forEach(send(asked, socket));
        respond(socket, asked, { error: { status: 404 } });
      };
      const failed = (error: unknown) => ended.push(error);
      await client.request(request(op)).catch(failed);
      const listener = { next: () => undefined, ended: () => undefined, failed };
      const close = await client.subscribe(request('subscribeevent'), listener).catch(failed);
      if (typeof close === 'function') await close();
      expect(ended.filter((error) => !(error instanceof WotError))).toEqual([]);
      peer.answer = (asked, socket) => respond(socket, asked, { value: 1 });
      expect((await client.request(request('readproperty'))).content?.body).toEqual(Buffer.from('1'));
    }),
    { numRuns: 50 },
  );
});
