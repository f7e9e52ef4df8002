import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { httpClient } from '../../src/bindings/http/client/http-client.ts';
import { mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import type { ClientRequest, NotificationListener, WireMessage } from '../../src/contracts/binding.ts';
import { blotted, tellWire } from '../../src/contracts/wire.ts';
import { fakeClock } from '../support/fake-clock.ts';

let server: Server;
let base: string;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const silent: NotificationListener = { next: () => {}, failed: () => {}, ended: () => {} };

/** A request whose messages are kept. */
function watched(href: string, more: Partial<ClientRequest> = {}) {
  const told: WireMessage[] = [];
  const request: ClientRequest = {
    op: 'readproperty',
    form: { href },
    timeout: 5000,
    wire: (message) => void told.push(message),
    ...more,
  };
  return { told, request };
}

const starts = (told: readonly WireMessage[]): string[] =>
  told.map(({ direction, start }) => `${direction} ${start}`);
const text = ({ body }: WireMessage): string => new TextDecoder().decode(body);

describe('over HTTP', () => {
  test('redirections, credentials and refusals are told', async () => {
    const client = httpClient({ credentials: { user: 'ada', password: 'swordfish' } });
    let first = true;
    answer = (response) => {
      if (first) response.writeHead(302, { location: '/there' }).end();
      else response.writeHead(404, { 'set-cookie': ['a=swordfish', 'b=swordfish'] }).end('gone');
      first = false;
    };
    const { told, request } = watched(`${base}/here`);
    await expect(client.request(request)).rejects.toMatchObject({ kind: 'not-found' });
    expect(starts(told)).toEqual([
      `sent GET ${base}/here`,
      'received 302 Found',
      `sent GET ${base}/there`,
      'received 404 Not Found',
    ]);
    expect(told[2]?.fields).toContainEqual(['authorization', 'Basic ***']);
    expect(told[3]?.fields.filter(([name]) => name === 'set-cookie')).toHaveLength(2);
    expect(JSON.stringify(told)).not.toMatch(/swordfish|YWRh/);
    await client.stop();
  });

  test('a stream is told block by block, however it is cut', async () => {
    const client = httpClient();
    const events =
      ': hi\n\nevent: heat\nid: 7\ndata: {"a":\ndata: "ü"}\n\nid: 8\r\n\r\nevent: $end\ndata:\n\n';
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from(events);
      for (let at = 0; at < bytes.length; at += 5) response.write(bytes.subarray(at, at + 5));
    };
    const ended = Promise.withResolvers<void>();
    const { told, request } = watched(base, {
      op: 'observeallproperties',
      form: { href: base, subprotocol: 'sse' },
    });
    await client.subscribe(request, { ...silent, ended: ended.resolve });
    await ended.promise;
    expect(starts(told).slice(1)).toEqual([
      'received 200 OK',
      'received comment',
      'received event heat',
      'received event',
      'received event $end',
    ]);
    expect(told[3]?.fields).toEqual([
      ['event', 'heat'],
      ['id', '7'],
    ]);
    expect(text(told[3] as WireMessage)).toBe('{"a":\n"ü"}');
    await client.stop();
  });

  test('what came of an answer that broke off is told', async () => {
    const client = httpClient();
    answer = (response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => response.destroy());
    };
    const { told, request } = watched(base);
    await expect(client.request(request)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(told.map(text)).toEqual(['', 'half']);
    await client.stop();
  });

  test('who watches and throws breaks nothing', async () => {
    const client = httpClient();
    answer = (response) => response.end('1');
    const { request } = watched(base, {
      wire: () => {
        throw new Error('mine');
      },
    });
    expect((await client.request(request)).content?.body).toEqual(Buffer.from('1'));
    await client.stop();
  });
});

test('over CoAP, repetitions, separate answers and resets are told', async () => {
  const clock = fakeClock();
  const client = coapClient({ clock });
  const peer = createSocket('udp4').bind(0, '127.0.0.1');
  await once(peer, 'listening');
  const { port } = peer.address();
  const asked = async () => (await once(peer, 'message')) as [Buffer, RemoteInfo];
  const { told, request } = watched(`coap://127.0.0.1:${port}/a/b`);
  const first = asked();
  const response = client.request(request);
  const [bytes, from] = await first;
  const answer = (...parts: Uint8Array[]) => peer.send(Buffer.concat(parts), from.port, from.address);
  const repeated = asked();
  clock.advance(3000);
  expect((await repeated)[0]).toEqual(bytes);
  answer(Buffer.of(0x60, 0), bytes.subarray(2, 4)); // an empty ACK
  answer(Buffer.of(0x48, 0x45, 1, 1), bytes.subarray(4, 12), Buffer.of(0xff, 0x31)); // CON 2.05 "1"
  await asked(); // the ACK for it
  await response;
  expect(starts(told)).toEqual([
    `sent CON GET ${request.form.href}`,
    `sent CON GET ${request.form.href}`,
    'received ACK',
    'received CON 2.05 Content',
    'sent ACK',
  ]);
  expect(told[0]?.fields).toEqual([
    ['Message ID', String(bytes.readUInt16BE(2))],
    ['Token', bytes.subarray(4, 12).toString('hex')],
    ['Uri-Path', 'a'],
    ['Uri-Path', 'b'],
    ['Accept', '50 (application/json)'],
  ]);
  expect(text(told[3] as WireMessage)).toBe('1');
  peer.once('message', (refused) => answer(Buffer.of(0x70, 0), refused.subarray(2, 4)));
  const again = watched(request.form.href);
  await expect(client.request(again.request)).rejects.toMatchObject({ code: 'RESET' });
  expect(starts(again.told)[1]).toBe('received RST');
  await client.stop();
  peer.close();
});

test('over MQTT, the connection is told without user and password', async () => {
  const client = mqttClient({ username: 'ada', password: 'swordfish' });
  const { told, request } = watched('mqtt://127.0.0.1:1/topic', { timeout: 2000 });
  await expect(client.request(request)).rejects.toThrow();
  expect(starts(told)).toEqual(['sent CONNECT mqtt://127.0.0.1:1']);
  expect(told[0]?.fields.slice(1)).toEqual([
    ['User Name', '***'],
    ['Password', '***'],
  ]);
  await client.stop();
});

test.for([
  ['Authorization', 'Bearer abc', 'Bearer ***'],
  ['proxy-authorization', 'abc', '***'],
  ['Cookie', 'a=b', '***'],
  ['x-auth-token', 'Bearer abc', '***'],
  ['content-type', 'application/json', 'application/json'],
  ['location', 'http://ada:swordfish@peer.example/a@b', 'http://***@peer.example/a@b'],
] as const)('of %s: %s is shown %s', ([name, value, shown]) => {
  expect(blotted(name, value)).toEqual([name, shown]);
});

test('an address is told without user and password', () => {
  const told: string[] = [];
  const message = { direction: 'sent', protocol: 'websocket', fields: [] } as const;
  tellWire(
    ({ start }) => told.push(start),
    () => ({ ...message, start: 'TEXT wss://ada:swordfish@peer.example/things' }),
  );
  expect(told).toEqual(['TEXT wss://***@peer.example/things']);
});
