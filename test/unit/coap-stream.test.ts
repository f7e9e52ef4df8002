import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { optionNumber } from '../../src/bindings/coap/messages/coap-option.ts';
import { ConnectionHealth, type Traffic } from '../../src/bindings/coap/tcp/connection-health.ts';
import { encodeFrame, type Frame, FrameReader } from '../../src/bindings/coap/tcp/frame.ts';
import { RequestsUnderWay } from '../../src/bindings/coap/tcp/requests-under-way.ts';
import { csm, defaultCapabilities, ping, withCsm } from '../../src/bindings/coap/tcp/signalling.ts';
import { StreamConnection } from '../../src/bindings/coap/tcp/stream-connection.ts';
import { StreamPeer } from '../../src/bindings/coap/tcp/stream-peer.ts';
import { fakeClock } from '../support/fake-clock.ts';

const second = 1000;
const still: Traffic = { arriving: 0, leaving: 0, taken: 0, isBusy: false };

function greeted(): ConnectionHealth {
  const health = new ConnectionHealth(0, { quiet: 30 * second, unused: 600 * second });
  health.greeted();
  return health;
}

test('a CSM says what is new; the first of its sizes counts, longer ones do not', () => {
  const once = withCsm(defaultCapabilities, csm(5000).options);
  expect(once).toEqual({ maxMessageSize: 5000, blockWise: true });
  const long = { number: 2, value: Buffer.alloc(5, 1) };
  expect(withCsm(once, [long, ...csm(70).options, ...csm(80).options])).toEqual({
    maxMessageSize: 70,
    blockWise: true,
  });
  expect(withCsm(once, [])).toEqual(once);
});

test.each([
  [0, { payload: 16, bert: false }],
  [1152, { payload: 1024, bert: false }],
  [1153, { payload: 1024, bert: true }],
  [1_000_000, { payload: 998_976, bert: true }],
])('a peer that takes messages of %i bytes', (maxMessageSize, capacity) => {
  const peer = new StreamPeer({ address: '::1', port: 1 });
  peer.capabilities = { maxMessageSize, blockWise: true };
  expect(peer.capacity).toEqual(capacity);
});

test('Pings wait for the requests before them, sixteen at most', () => {
  const underWay = new RequestsUnderWay();
  const told: string[] = [];
  const [first, second] = [underWay.begin(), underWay.begin()];
  underWay.whenAnswered((inCustody) => told.push(`a ${inCustody}`));
  const third = underWay.begin();
  for (let count = 0; count < 16; count++) underWay.whenAnswered((inCustody) => told.push(`b ${inCustody}`));
  expect(told).toEqual(['b false']);
  second();
  first();
  expect(told).toEqual(['b false', 'a true']);
  third();
  expect(told.slice(2)).toEqual(Array.from({ length: 15 }, () => 'b true'));
  underWay.whenAnswered((inCustody) => told.push(`c ${inCustody}`));
  expect(told.at(-1)).toBe('c true');
});

test('half a frame is waited for as long as bytes come fast enough, and while this side does not read', () => {
  const health = greeted();
  health.read(0, 1, false);
  health.heard(29 * second);
  expect(health.look(30 * second, { ...still, arriving: 1 })).toBe('well');
  expect(health.look(31 * second, { ...still, arriving: 1 })).toBe('dead');
  expect(health.look(31 * second, { ...still, arriving: 40_000 })).toBe('well');
  expect(health.look(50 * second, { ...still, arriving: 1, isBusy: true })).toBe('well');
  expect(health.look(55 * second, { ...still, arriving: 1 })).toBe('well');
  health.read(55 * second, 0, true);
  health.heard(100 * second);
  expect(health.look(100 * second, still)).toBe('well');
});

test('who takes nothing for a minute and two seconds per 64 KB is dead, who takes a little is not', () => {
  const health = greeted();
  const waiting = { ...still, leaving: 64_000 };
  expect(health.look(62 * second, { ...waiting, taken: 5 })).toBe('well');
  expect(health.look(124 * second, { ...waiting, taken: 5 })).toBe('well');
  expect(health.look(125 * second, { ...waiting, taken: 5 })).toBe('dead');
});

/** A client's connection on which the other end takes nothing; `hear` is what that says after its CSM. */
function stuckClient() {
  const stuck = new Duplex({ read: () => undefined, write: () => undefined });
  const socket = Object.assign(stuck, { setNoDelay: () => undefined }) as unknown as Socket;
  const peer = new StreamPeer({ address: '::1', port: 1 });
  const told: string[] = [];
  const nothing = () => undefined;
  const message = ({ payload }: Frame) => told.push(payload.toString());
  const events = { greeted: nothing, message, leaving: nothing, closed: nothing };
  const times = { quiet: 30 * second };
  new StreamConnection({ socket, peer, clock: fakeClock(), maxMessageSize: 5000, times, events });
  const hear = (frames: readonly Frame[]) =>
    socket.emit('data', Buffer.concat([csm(5000), ...frames].map(encodeFrame)));
  return { socket, told, hear };
}

test('a client, too, does not listen to who asks and asks without taking the answers', () => {
  const { socket, hear } = stuckClient();
  hear(Array<Frame>(5000).fill(ping(Buffer.from('p'))));
  expect(socket.isPaused()).toBe(true);
  expect(socket.writableLength).toBeLessThan(5000);
});

test('a client listens no faster than its notifications are heard', async () => {
  const { socket, told, hear } = stuckClient();
  const observe = { number: optionNumber.observe, value: Buffer.from([1]) };
  const notification = (text: string): Frame => ({
    code: '2.05',
    token: Buffer.from('o'),
    options: [observe],
    payload: Buffer.from(text),
  });
  hear(['1', '2'].map(notification));
  expect([told, socket.isPaused()]).toEqual([['1'], true]);
  await vi.waitFor(() => expect([told, socket.isPaused()]).toEqual([['1', '2'], false]));
});

test('a small request does not keep what came with it', () => {
  const reader = new FrameReader(2_000_000);
  const request = { code: '0.01', token: Buffer.from('o'), options: [], payload: Buffer.alloc(0) };
  const large = encodeFrame({ ...request, payload: Buffer.alloc(1_000_000) });
  reader.push(large.subarray(0, 10));
  reader.push(Buffer.concat([large.subarray(10), encodeFrame(request)]));
  reader.next();
  expect(reader.next()?.token.buffer.byteLength).toBeLessThan(100_000);
});
