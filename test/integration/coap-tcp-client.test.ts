import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { coapTcp } from '../../src/bindings/coap/coap-tcp-server.ts';
import { bertSize, readBlock } from '../../src/bindings/coap/messages/block.ts';
import {
  optionNumber,
  optionTexts,
  optionUint,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import type { Frame } from '../../src/bindings/coap/tcp/frame.ts';
import { abort, csm } from '../../src/bindings/coap/tcp/signalling.ts';
import type { ClientBinding, ClientRequest, NotificationListener } from '../../src/contracts/binding.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import type { WotError } from '../../src/contracts/errors.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { collector } from '../support/collector.ts';
import { failureOf } from '../support/failure-of.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { type TcpPeer, tcpPeerOn } from '../support/tcp-peer.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const second = 1000;

function client(...options: Parameters<typeof coapClient>): ClientBinding {
  const made = coapClient(...options);
  cleanups.push(() => made.stop());
  return made;
}

/** A server that does with each connection, and with each message that comes, what the test says. */
async function server(
  connected: (peer: TcpPeer) => void,
  answer: (request: Frame, peer: TcpPeer) => Partial<Frame> | undefined = () => undefined,
) {
  const peers: TcpPeer[] = [];
  const requests: Frame[] = [];
  const listening: Server = createServer((socket: Socket) => {
    const peer = tcpPeerOn(socket);
    peers.push(peer);
    let seen = 0;
    connected(peer);
    socket.on('data', () => {
      for (const request of peer.received.slice(seen)) {
        seen++;
        if (request.code.startsWith('0.')) requests.push(request);
        const given = answer(request, peer);
        if (given) peer.frame({ code: '2.05', token: request.token, ...given });
      }
    });
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  cleanups.push(() => {
    listening.close();
    for (const { socket } of peers) socket.destroy();
  });
  return { base: `coap+tcp://127.0.0.1:${(listening.address() as { port: number }).port}`, peers, requests };
}

const greet = (peer: TcpPeer): void => peer.frame(csm(1_000_000));

const read = (href: string, more: Partial<ClientRequest> = {}): ClientRequest => ({
  op: 'readproperty',
  form: { href },
  timeout: 3000,
  ...more,
});

const isGet = ({ code }: Frame): boolean => code === '0.01';
const value = (data: unknown): Partial<Frame> => ({
  payload: Buffer.from(JSON.stringify(data)),
  options: [uintOption(optionNumber.contentFormat, 50)],
});

function recording() {
  const told = collector<string>();
  const listener: NotificationListener = {
    next: ({ content }) => told.push(String(content && Buffer.from(content.body))),
    interrupted: (error) => told.push(`interrupted ${(error as WotError).code}`),
    resumed: () => told.push('resumed'),
    failed: (error) => told.push(`failed ${(error as WotError).code}`),
    ended: () => told.push('ended'),
  };
  return { told, listener };
}

test('sends its CSM first, and requests once it has the other one', async () => {
  const { base, peers } = await server(
    () => undefined,
    (request, peer) => {
      if (request.code === '7.01') setTimeout(() => greet(peer), 20);
      return isGet(request) ? value(1) : undefined;
    },
  );
  const { content } = await client().request(read(`${base}/x`));
  expect(Buffer.from(content?.body ?? []).toString()).toBe('1');
  expect(peers[0]?.received.map(({ code }) => code)).toEqual(['7.01', '0.01']);
});

test('many requests share a connection, and their answers may come in any order', async () => {
  const held: Frame[] = [];
  const { base, peers } = await server(greet, (request, peer) => {
    if (!isGet(request)) return undefined;
    held.push(request);
    if (held.length === 20)
      for (const { token, options } of held.reverse())
        peer.frame({
          code: '2.05',
          token,
          payload: Buffer.from(optionTexts(options, optionNumber.uriPath).join()),
        });
    return undefined;
  });
  const shared = client();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => shared.request(read(`${base}/${index}`))),
  );
  expect(answers.map(({ content }) => Buffer.from(content?.body ?? []).toString())).toEqual(
    Array.from({ length: 20 }, (_, index) => String(index)),
  );
  expect(peers).toHaveLength(1);
});

test.each([
  ['nobody listens', () => 'coap+tcp://127.0.0.1:1', /^unavailable CONNECTION_FAILED.*ECONNREFUSED/],
  [
    'it aborts',
    (peer: TcpPeer) => peer.frame(abort('too tired')),
    /^unavailable CONNECTION_ABORTED.*too tired/,
  ],
  ['it hangs up', (peer: TcpPeer) => peer.socket.end(), /^unavailable CONNECTION_FAILED/],
  [
    'it speaks something else',
    (peer: TcpPeer) => peer.send(Buffer.from('HTTP/1.1 400 Bad')),
    /^unavailable CONNECTION_FAILED: coap.tcp:.*no CoAP message/,
  ],
] as const)('%s: a typed error', async (_, connected, failure) => {
  const { base } = await server((peer) => void (connected as (peer: TcpPeer) => unknown)(peer));
  const href = connected.length === 0 ? (connected as () => string)() : `${base}/x`;
  expect(await failureOf(() => client().request(read(href)))).toMatch(failure);
});

test('a server that says nothing', async () => {
  const clock = fakeClock();
  const { base, peers } = await server(() => undefined);
  const failure = failureOf(() => client({ clock }).request(read(`${base}/x`, { timeout: 0 })));
  await vi.waitUntil(() => peers[0]?.received.length === 1);
  clock.advance(16 * second);
  expect(await failure).toMatch(/^timeout CONNECTION_TIMEOUT/);
});

test('a stopping client does not wait for a server that says nothing', async () => {
  const { base } = await server(() => undefined);
  const binding = client({ clock: fakeClock() });
  const failure = failureOf(() => binding.request(read(base)));
  await binding.stop();
  expect(await failure).toMatch(/^unavailable CLIENT_STOPPED/);
});

test('a connection that breaks fails what waits for an answer, and the next request has a new one', async () => {
  const { base, peers } = await server(greet, (request, peer) => {
    if (!isGet(request)) return undefined;
    if (peers.length === 1) peer.socket.destroy();
    return value(2);
  });
  const asking = client();
  expect(await failureOf(() => asking.request(read(`${base}/x`)))).toMatch(/^unavailable UNREACHABLE/);
  const { content } = await asking.request(read(`${base}/x`));
  expect(Buffer.from(content?.body ?? []).toString()).toBe('2');
});

test('after Release what is under way is answered, and others take a new connection', async () => {
  const { base, peers, requests } = await server(greet, (request, peer) => {
    if (!isGet(request)) return undefined;
    if (peers.length > 1) return value(2);
    peer.frame({ code: '7.04' });
    return undefined;
  });
  const asking = client();
  const first = asking.request(read(`${base}/x`));
  await vi.waitUntil(() => requests.length === 1);
  await vi.waitFor(async () => {
    await asking.request(read(`${base}/y`, { timeout: 100 }));
    expect(peers).toHaveLength(2);
  });
  peers[0]?.frame({ code: '2.05', token: requests[0]?.token ?? Buffer.alloc(0), ...value(1) });
  expect(Buffer.from((await first).content?.body ?? []).toString()).toBe('1');
  await peers[0]?.closed;
});

test('answers a Ping, a request with 4.04, and aborts over a critical signalling option', async () => {
  const { base, peers } = await server(greet, (request) => (isGet(request) ? value(1) : undefined));
  await client().request(read(`${base}/x`));
  const [peer] = peers as [TcpPeer];
  expect((await peer.ask({ code: '7.02', token: Buffer.from('p') })).code).toBe('7.03');
  expect((await peer.ask({ token: Buffer.from('q') })).code).toBe('4.04');
  peer.frame({ code: '7.02', options: [uintOption(1, 1)] });
  await peer.next('7.05');
  await peer.closed;
});

test('why a server aborts is told to those who wait for its answers', async () => {
  const { base } = await server(greet, (request) => (isGet(request) ? abort('no more today') : undefined));
  expect(await failureOf(() => client().request(read(`${base}/x`)))).toMatch(
    /^unavailable UNREACHABLE: coap\+tcp:.*"no more today"/,
  );
});

test('a body over what the server takes goes in BERT blocks', async () => {
  const parts: Buffer[] = [];
  const { base, requests } = await server(
    (peer) => peer.frame(csm(5000)),
    ({ code, options, payload }) => {
      if (code !== '0.03') return undefined;
      parts.push(payload);
      const block = options.filter(({ number }) => number === optionNumber.block1);
      return { code: readBlock(options, optionNumber.block1)?.more ? '2.31' : '2.04', options: block };
    },
  );
  const body = Buffer.alloc(10_000, 'z');
  await client().request(read(`${base}/x`, { op: 'writeproperty', content: { type: 'text/plain', body } }));
  expect(requests.map(({ options }) => readBlock(options, optionNumber.block1))).toEqual([
    { num: 0, more: true, size: bertSize },
    { num: 3, more: true, size: bertSize },
    { num: 6, more: true, size: bertSize },
    { num: 9, more: false, size: bertSize },
  ]);
  expect(Buffer.concat(parts)).toEqual(body);
});

test.each([
  [200, 64],
  [16, 16],
])('a server that takes messages of %i bytes gets blocks of %i', async (most, size) => {
  const { base, requests } = await server(
    (peer) => peer.frame(csm(most)),
    ({ code, options }) => {
      if (code !== '0.03') return undefined;
      const block = options.filter(({ number }) => number === optionNumber.block1);
      return { code: readBlock(options, optionNumber.block1)?.more ? '2.31' : '2.04', options: block };
    },
  );
  const body = Buffer.alloc(100, 'z');
  await client().request(read(`${base}/x`, { op: 'writeproperty', content: { type: 'text/plain', body } }));
  expect(requests.map(({ payload }) => payload.length)).toEqual(
    Array.from({ length: Math.ceil(100 / size) }, (_, at) => Math.min(size, 100 - at * size)),
  );
});

test('notifications count in the order in which they come, whatever their Observe says', async () => {
  const { base } = await server(greet, (request, peer) => {
    if (optionUint(request.options, optionNumber.observe) !== 0) return isGet(request) ? {} : undefined;
    for (const each of [1, 2, 3]) {
      const { payload = Buffer.alloc(0), options = [] } = value(each);
      const observe = { number: optionNumber.observe, value: Buffer.alloc(0) };
      peer.frame({ code: '2.05', token: request.token, payload, options: [observe, ...options] });
    }
    return undefined;
  });
  const { told, listener } = recording();
  const end = await client().subscribe(read(`${base}/x`, { op: 'observeproperty' }), listener);
  expect(await told.until((each) => each === '3')).toEqual(['1', '2', '3']);
  await end();
});

/** A server with one observable value, over whose connections the test has power. */
async function observable(clock: FakeClock) {
  let isDeaf = false;
  const { base, peers, requests } = await server(greet, (request) => {
    if (isDeaf || !isGet(request)) return undefined;
    const { payload = Buffer.alloc(0), options = [] } = value(peers.length);
    return { payload, options: [uintOption(optionNumber.observe, 1), ...options] };
  });
  const { told, listener } = recording();
  await client({ clock }).subscribe(read(`${base}/x`, { op: 'observeproperty', timeout: 0 }), listener);
  const passing = (what: string) =>
    vi.waitFor(
      () => {
        if (told.items.includes(what)) return;
        clock.advance(second);
        throw new Error(`not yet: ${told.items.join()}`);
      },
      { timeout: 5000, interval: 5 },
    );
  return { peers, requests, told, passing, deafen: (on: boolean) => (isDeaf = on) };
}

test('an observation whose connection is killed registers again', async () => {
  const { peers, told, passing } = await observable(fakeClock());
  peers[0]?.socket.resetAndDestroy();
  await passing('2');
  expect(told.items).toEqual(['1', 'interrupted UNREACHABLE', 'resumed', '2']);
});

test('a server that vanished without a word is noticed within a minute', async () => {
  const clock = fakeClock();
  const { peers, told, passing, deafen } = await observable(clock);
  const start = clock.now();
  deafen(true);
  await passing('interrupted UNREACHABLE');
  expect(clock.now() - start).toBeLessThanOrEqual(70 * second);
  expect(peers[0]?.received.some(({ code }) => code === '7.02')).toBe(true);
  deafen(false);
  await passing('resumed');
  expect(told.items.at(-1)).toMatch(/^\d$|resumed/);
});

test('ours talks to ours: 100 KB both ways, observed', async () => {
  const servient = createServient({ bindings: [coapTcp({ port: 0 })] });
  await servient.start();
  cleanups.push(() => servient.stop());
  let thing: ThingHandle | undefined;
  await servient.expose({
    td: { title: 'Box', properties: { text: { type: 'string', observable: true } } },
    options: { name: 'box' },
    handlers: (handle) => {
      thing = handle;
      return { properties: { text: { initial: '' } } };
    },
  });
  const asking = client();
  const href = `${servient.addresses[0]}/things/box/properties/text`;
  const { told, listener } = recording();
  await asking.subscribe(read(href, { op: 'observeproperty' }), listener);
  const body = Buffer.from(JSON.stringify('é'.repeat(50_000)));
  await asking.request(read(href, { op: 'writeproperty', content: { type: 'application/json', body } }));
  expect(thing?.get('text')).toBe('é'.repeat(50_000));
  expect(Buffer.from((await asking.request(read(href))).content?.body ?? [])).toEqual(body);
  await told.until((each) => each === body.toString());
});
