import { afterEach, expect, test } from 'vitest';
import { DtlsConnection } from '../../src/bindings/coap/dtls/process/dtls-connection.ts';
import {
  type DtlsLimits,
  DtlsServer,
  defaultLimits,
} from '../../src/bindings/coap/dtls/process/dtls-server.ts';
import { loadOpenSsl } from '../../src/bindings/coap/dtls/process/openssl.ts';
import type { Address } from '../../src/bindings/coap/endpoint/endpoint.ts';
import { fakeClock } from '../support/fake-clock.ts';

const openSsl = await loadOpenSsl();
const key = Buffer.from('0123456789abcdef');
const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

/** A server and clients without a network between them. */
function lab(limits: Partial<DtlsLimits> = {}) {
  const clock = fakeClock();
  const log: string[] = [];
  const receivers = new Map<string, (datagram: Buffer) => void>();
  const answered: { datagram: Buffer; to: Address }[] = [];
  const server = new DtlsServer(
    {
      openSsl,
      clock,
      limits: { ...defaultLimits, ...limits },
      transmit: (datagram, to) => answered.push({ datagram, to }),
      began: ({ at }) => log.push(`${at} began`),
      message: ({ at }, bytes) => log.push(`${at} says ${Buffer.from(bytes)}`),
      ended: ({ at }, reason) => log.push(`${at} ended: ${reason}`),
    },
    { psk: new Map([['valve-1', key]]) },
  );
  cleanups.push(() => server.close());

  /** A client whose datagrams wait in `sent`. */
  function client(address: string, port = 1000) {
    const from = { address, port };
    const sent: Buffer[] = [];
    const heard: string[] = [];
    const connection = new DtlsConnection({
      openSsl,
      clock,
      credentials: { psk: { identity: 'valve-1', key } },
      host: 'localhost',
      events: {
        transmit: (datagram) => sent.push(datagram),
        up: () => heard.push('up'),
        message: (bytes) => heard.push(Buffer.from(bytes).toString()),
        ended: (reason) => heard.push(reason),
        late: (reason) => heard.push(reason),
      },
    });
    cleanups.push(() => connection.close());
    /** Delivers what was sent, and what is answered, once. */
    function turn(): boolean {
      receivers.set(`${address} ${port}`, (datagram) => connection.receive(datagram));
      const datagrams = sent.splice(0);
      for (const datagram of datagrams) server.receive(datagram, from);
      for (const { datagram, to } of answered.splice(0))
        receivers.get(`${to.address} ${to.port}`)?.(datagram);
      return datagrams.length > 0;
    }
    connection.begin();
    return {
      connection,
      sent,
      heard,
      turn,
      /** Does all that is to be done. */
      settle() {
        while (turn() || answered.length > 0);
      },
    };
  }
  return { clock, log, server, client, answered };
}

test('a datagram larger than any record is not looked at, so that no session grows by it', () => {
  const { client, log, server } = lab();
  const peer = client('10.0.0.1');
  peer.settle();
  peer.connection.send(Buffer.from('hello'));
  const [datagram = Buffer.alloc(0)] = peer.sent;
  server.receive(Buffer.concat([datagram, Buffer.alloc(20_000)]), { address: '10.0.0.1', port: 1000 });
  expect(log).toEqual(['10.0.0.1 1000 began']);
  peer.settle();
  expect(log.at(-1)).toBe('10.0.0.1 1000 says hello');
});

test('a handshake and a message', () => {
  const { client, log } = lab();
  const valve = client('192.0.2.1');
  valve.settle();
  valve.connection.send(Buffer.from('hello'));
  valve.settle();
  expect(valve.heard).toEqual(['up']);
  expect(log).toEqual(['192.0.2.1 1000 began', '192.0.2.1 1000 says hello']);
});

test('a record that comes twice is heard once', () => {
  const { client, log, server } = lab();
  const valve = client('192.0.2.1');
  valve.settle();
  valve.connection.send(Buffer.from('hello'));
  const [record = Buffer.alloc(0)] = valve.sent;
  valve.settle();
  server.receive(record, { address: '192.0.2.1', port: 1000 });
  expect(log.filter((line) => line.endsWith('hello'))).toHaveLength(1);
});

test('nothing is kept of who has not shown where it is, and no more is sent than came', () => {
  const { client, answered, log, server } = lab();
  const valve = client('192.0.2.1');
  const [hello = Buffer.alloc(0)] = valve.sent;
  for (let port = 1; port <= 1000; port++) server.receive(hello, { address: '198.51.100.1', port });
  expect(answered).toHaveLength(1000);
  expect(answered.every(({ datagram }) => datagram.length <= hello.length)).toBe(true);
  expect(log).toEqual([]);
});

test('a cookie is good for its address alone, and for two minutes at most', () => {
  const { client, answered, clock, server } = lab();
  const valve = client('192.0.2.1');
  valve.turn();
  const [withCookie = Buffer.alloc(0)] = valve.sent;
  const messagesFor = (from: Address): number => {
    answered.splice(0);
    server.receive(withCookie, from);
    return answered.reduce((sum, { datagram }) => sum + datagram.length, 0);
  };
  const verifyRequest = messagesFor({ address: '192.0.2.9', port: 1000 });
  expect(messagesFor({ address: '192.0.2.1', port: 1001 })).toBe(verifyRequest);
  expect(messagesFor({ address: '192.0.2.1', port: 1000 })).toBeGreaterThan(verifyRequest);
  clock.advance(120_000);
  expect(messagesFor({ address: '192.0.2.1', port: 1000 })).toBe(verifyRequest);
});

test('RFC 6347 section 4.2.8: a session lives until a new handshake of its address is complete', () => {
  const { client, log } = lab();
  const first = client('192.0.2.1');
  first.settle();
  const second = client('192.0.2.1');
  second.turn();
  second.turn(); // its ClientHello with the cookie
  first.connection.send(Buffer.from('still here'));
  first.settle();
  expect(log.at(-1)).toBe('192.0.2.1 1000 says still here');
  second.settle();
  expect(log.slice(2)).toEqual([
    '192.0.2.1 1000 ended: the peer has begun a new one',
    '192.0.2.1 1000 began',
  ]);
  second.connection.send(Buffer.from('new here'));
  second.settle();
  expect(log.at(-1)).toBe('192.0.2.1 1000 says new here');
});

test.each([
  [14_000, ['192.0.2.1 1000 began']],
  [15_000, []],
])('a server waits for the rest of a handshake for 15 s (%d ms)', (wait, logged) => {
  const { client, clock, log, server } = lab();
  const valve = client('192.0.2.1');
  valve.turn();
  valve.turn();
  const rest = valve.sent.splice(0);
  clock.advance(wait);
  for (const datagram of rest) server.receive(datagram, { address: '192.0.2.1', port: 1000 });
  expect(log).toEqual(logged);
});

test('a client gives a handshake up after 9 s, and says whether anybody answers', () => {
  const { client, clock } = lab();
  const [answered, alone] = [client('192.0.2.1'), client('192.0.2.2')];
  answered.turn();
  answered.turn();
  clock.advance(8750);
  expect([answered.heard, alone.heard]).toEqual([[], []]);
  clock.advance(250);
  expect(alone.heard).toEqual(['nothing answers (9 s)']);
  expect(answered.heard).toEqual([
    expect.stringMatching(/^the server answers, but has probably another key/),
  ]);
});

test('of half-open handshakes the oldest goes, of the same address first', () => {
  const { client, log, clock } = lab({ halfOpen: { most: 3, mostPerClient: 2 } });
  const halfOpen = (address: string, port: number) => {
    const valve = client(address, port);
    valve.turn();
    valve.turn();
    clock.advance(10);
    return valve;
  };
  const started = [
    halfOpen('192.0.2.1', 1),
    halfOpen('192.0.2.2', 1),
    halfOpen('192.0.2.2', 2),
    halfOpen('192.0.2.2', 3), // instead of 192.0.2.2 1
    halfOpen('192.0.2.3', 1), // instead of 192.0.2.1 1
  ];
  for (const valve of started) valve.settle();
  expect(log).toEqual(['192.0.2.2 2 began', '192.0.2.2 3 began', '192.0.2.3 1 began']);
});

test('of sessions the one silent longest is closed for a new one, and told so', () => {
  const { client, log, clock } = lab({ sessions: { most: 2, mostPerClient: 2 } });
  const [first, second] = [client('192.0.2.1'), client('192.0.2.2')];
  first.settle();
  second.settle();
  clock.advance(1000);
  first.connection.send(Buffer.from('busy'));
  first.settle();
  client('192.0.2.3').settle();
  expect(log.slice(3)).toEqual(['192.0.2.2 1000 ended: others need its place', '192.0.2.3 1000 began']);
  expect(second.heard).toEqual(['up', 'the peer closed it']);
});

test('a session that is silent for an hour is closed', () => {
  const { client, log, clock } = lab();
  const valve = client('192.0.2.1');
  valve.settle();
  clock.advance(3_590_000);
  expect(log).toHaveLength(1);
  clock.advance(70_000);
  expect(log.at(-1)).toBe('192.0.2.1 1000 ended: it was silent too long');
});

test('with other keys sessions and handshakes of the old ones end', () => {
  const { client, log, server } = lab();
  const [valve, late] = [client('192.0.2.1'), client('192.0.2.2')];
  valve.settle();
  late.turn();
  late.turn();
  server.updateKeys(new Map([['valve-1', Buffer.alloc(16)]]));
  late.settle();
  expect(log).toEqual(['192.0.2.1 1000 began', '192.0.2.1 1000 ended: its key is no longer valid']);
});
