import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { coapMulticast, type MulticastAnswer } from '../../src/bindings/coap/client/coap-multicast.ts';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { blockOption } from '../../src/bindings/coap/messages/block.ts';
import { type CoapOption, emptyBytes, type Message } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionBytes,
  optionNumber,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { keepingLogger } from '../support/logged.ts';
import { udpPeer } from '../support/udp-peer.ts';

const group = '224.0.1.187';
const patience = { timeout: 10_000, interval: 5 };
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** A servient that has joined its group on the loopback interface, and a peer that asks the group there. */
async function member({ trustLoopback = true } = {}) {
  const clock = fakeClock();
  let calls = 0;
  const servient = createServient({ bindings: [coap({ port: 0, multicast: true, trustLoopback })], clock });
  await servient.start();
  cleanups.push(() => servient.stop());
  await servient.expose({
    td: { title: 'Bell', actions: { ring: {} } },
    options: { name: 'bell' },
    handlers: () => ({ actions: { ring: () => void calls++ } }),
  });
  const port = Number(new URL(servient.addresses[0] ?? '').port);
  const peer = await udpPeer(port, '127.0.0.1', group);
  cleanups.push(() => peer.close());
  /** Lets the leisure pass until the group has answered a last request; what it does not answer comes before. */
  const answers = async (): Promise<readonly Message[]> => {
    const token = Buffer.from('last');
    await peer.message({ type: 'NON', token, options: core });
    await vi.waitFor(() => {
      clock.advance(5000);
      expect(peer.received.some((answer) => answer.token.equals(token))).toBe(true);
    }, patience);
    return peer.received.filter((answer) => !answer.token.equals(token));
  };
  return { clock, port, peer, answers, calls: () => calls };
}

function at(path: string, ...more: readonly CoapOption[]): readonly CoapOption[] {
  return [...path.split('/').map((segment) => textOption(optionNumber.uriPath, segment)), ...more];
}

const core = at('.well-known/core');
const ring = at('things/bell/actions/ring');
const token = Buffer.from('tok');

test('discovery that is sent to the group is answered once, at a random time of the leisure', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const { peer, clock } = await member();
  const after = vi.spyOn(clock, 'after');
  const inTheMiddle = () => after.mock.calls.filter(([delay]) => delay === 2500).length;
  for (let time = 0; time < 3; time++) await peer.message({ type: 'NON', id: 7, token, options: core });
  await peer.message({ type: 'NON', token: Buffer.from('next'), options: core });
  await vi.waitFor(() => expect(inTheMiddle()).toBe(2), patience);
  expect(peer.received).toEqual([]);
  clock.advance(2500);
  await vi.waitFor(() => expect(peer.received).toHaveLength(2), patience);
  const ours = peer.received.filter((answer) => answer.token.equals(token));
  expect(ours.map(({ type, code, payload }) => [type, code, payload.toString()])).toEqual([
    ['NON', '2.05', expect.stringContaining('</things/bell>')],
  ]);
});

const nothing: Partial<Message> = { type: 'NON', token };

test.each<[string, Partial<Message>]>([
  ['a confirmable request', { type: 'CON', options: core }],
  ['a ping', { type: 'CON', code: '0.00', token: emptyBytes }],
  ['a reset', { type: 'RST', code: '0.00', token: emptyBytes }],
  ['an acknowledgement', { type: 'ACK', code: '0.00', token: emptyBytes }],
  ['a response', { code: '2.05' }],
  ['an unknown path', { options: at('nothing') }],
  ['a filter that nothing fits', { options: [...core, textOption(optionNumber.uriQuery, 'rt=other')] }],
  ['a format that is not there', { options: [...core, uintOption(optionNumber.accept, 42)] }],
  ['a critical option', { options: [...core, { number: 2049, value: token }] }],
  ['a path that is not UTF-8', { options: [{ number: optionNumber.uriPath, value: Buffer.from([0xff]) }] }],
  [
    'a later block',
    { options: [...core, blockOption(optionNumber.block2, { num: 1, more: false, size: 16 })] },
  ],
  ['a reserved block size', { options: [...core, uintOption(optionNumber.block2, 7)] }],
  ['another resource', { options: at('things') }],
  ['a write', { code: '0.03', options: core }],
  ['an action', { code: '0.02', options: ring }],
])('the group is silent about %s', async (_what, message) => {
  const { peer, answers, calls } = await member();
  await peer.message({ ...nothing, ...message });
  expect(await answers()).toEqual([]);
  expect(calls()).toBe(0);
});

test('the group is silent about what is no message', async () => {
  const { peer, answers } = await member();
  await peer.send(Buffer.from([0x40, 0x01, 0x12, 0x34, 0xff]));
  await peer.send(Buffer.from([0x40]));
  expect(await answers()).toEqual([]);
});

test('whoever floods the group takes nothing from those who ask the server', async () => {
  const { port } = await member();
  for (let host = 2; host <= 6; host++) {
    for (let at = 0; at < 16; at++) {
      const flood = await udpPeer(port, `127.0.0.${host}`, group);
      for (let id = 0; id < 64; id++) await flood.message({ type: 'NON', id, token, options: core });
      flood.close();
    }
  }
  const bystander = await udpPeer(port, '127.0.0.9');
  cleanups.push(() => bystander.close());
  expect((await bystander.ask({ options: core })).code).toBe('2.05');
});

test('an observation of the group is a plain GET', async () => {
  const { peer, answers } = await member();
  await peer.message({ ...nothing, options: at('.well-known/wot', uintOption(optionNumber.observe, 0)) });
  const [answer] = await answers();
  expect(answer && [answer.code, optionBytes(answer.options, optionNumber.observe)]).toEqual([
    '2.05',
    undefined,
  ]);
});

test('to an unverified address a group member sends at most three times what comes from it', async () => {
  const { peer, answers } = await member({ trustLoopback: false });
  await peer.message({ ...nothing, options: at('.well-known/wot') });
  expect((await answers()).map(({ code }) => code)).toEqual(['2.05']);
  expect(peer.traffic.received / peer.traffic.sent).toBeLessThanOrEqual(3);
});

test('where the group cannot be joined, that is logged, and all else is served', async () => {
  const other = createSocket('udp4');
  other.bind(0, group);
  await once(other, 'listening');
  cleanups.push(() => other.close());
  const { port } = other.address();
  const { logger, lines } = keepingLogger();
  const servient = createServient({ bindings: [coap({ port, multicast: true })], logger });
  await servient.start();
  cleanups.push(() => servient.stop());
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { message: expect.stringContaining('multicast'), facts: { group, error: { code: 'EADDRINUSE' } } },
  ]);
  const peer = await udpPeer(port);
  cleanups.push(() => peer.close());
  expect((await peer.ask({ options: core })).code).toBe('2.05');
});

test('a client collects the answers, the large ones whole, until its time is over or it has enough', async () => {
  const { clock, port } = await member({ trustLoopback: false });
  const own = fakeClock();
  const asked = coapMulticast({ port, path: '/.well-known/wot', through: '127.0.0.1', clock: own });
  const first = asked.next();
  const done = vi.fn();
  first.then(done, done);
  await vi.waitFor(() => {
    clock.advance(1000);
    expect(done).toHaveBeenCalled();
  }, patience);
  const { address, content } = (await first).value as MulticastAnswer;
  expect([address, content.type]).toEqual(['127.0.0.1', 'application/td+json']);
  expect(JSON.parse(Buffer.from(content.body).toString())).toMatchObject({ '@context': expect.anything() });
  const again = coapMulticast({ port, path: '/.well-known/core', through: '127.0.0.1', clock: own });
  const heard = vi.fn();
  again.next().then(heard, heard);
  await vi.waitFor(() => {
    clock.advance(1000);
    expect(heard).toHaveBeenCalled();
  }, patience);
  expect(await again.return(undefined)).toEqual({ done: true, value: undefined });
  const end = asked.next();
  own.advance(7000);
  expect(await end).toEqual({ done: true, value: undefined });
});

test('a signal ends listening without an error', async () => {
  const ended = new AbortController();
  const { signal } = ended;
  const asked = coapMulticast({ port: 9, path: '/x', through: '127.0.0.1', signal, clock: fakeClock() });
  const first = asked.next();
  ended.abort();
  expect((await first).done).toBe(true);
});

test('what cannot be asked is told', async () => {
  const fail = (request: object) => failureOf(() => coapMulticast({ path: '/x', ...request }).next());
  expect(await fail({ group: 'all' })).toMatch(/^invalid GROUP_INVALID/);
  expect(await fail({ through: '192.0.2.1' })).toMatch(/^unavailable UNREACHABLE/);
});
