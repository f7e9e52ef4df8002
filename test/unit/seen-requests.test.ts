import { expect, test } from 'vitest';
import type { Inbound } from '../../src/bindings/coap/endpoint/endpoint.ts';
import { SeenRequests } from '../../src/bindings/coap/endpoint/seen-requests.ts';
import type { Clock } from '../../src/contracts/clock.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { fakeClock } from '../support/fake-clock.ts';

const empty = Buffer.alloc(0);
const reply = Buffer.alloc(1000);

function request(code: string, host: number, id: number, token = 't'): Inbound {
  const address = `192.0.2.${host}`;
  const port = 1024 + id; // one host has any number of ports
  const peer = { address, port, key: `${address} ${port}` };
  const message = { type: 'CON', code, id, token: Buffer.from(token), options: [], payload: empty } as const;
  return { ...message, peer, bytes: 10 };
}

function seenRequests(clock: Clock = fakeClock()) {
  const seen = new SeenRequests(clock);
  const keyOf = ({ peer, id }: Inbound) => `${peer.key} ${id}`;
  return {
    get: (request: Inbound) => seen.get(keyOf(request), request),
    set: (request: Inbound, answer?: Buffer) => seen.set(keyOf(request), request, answer),
  };
}

const post = (host: number, id: number, token?: string) => request('0.02', host, id, token);

function flood(seen: ReturnType<typeof seenRequests>, make: (id: number) => Inbound, count: number): void {
  for (let id = 0; id < count; id++) seen.set(make(id), reply);
}

test('an answer is kept for the lifetime of its exchange, and for its token', () => {
  const clock = fakeClock();
  const seen = seenRequests(clock);
  seen.set(post(1, 7), reply);
  expect(seen.get(post(1, 7))?.reply).toEqual(reply);
  expect(seen.get(post(1, 7, 'other'))).toBeUndefined();
  expect(seen.get(post(2, 7))).toBeUndefined();
  clock.advance(247_000);
  expect(seen.get(post(1, 7))).toBeUndefined();
});

const observing = [{ number: 6, value: empty }];

test.each([
  ['a FETCH', '0.05', []],
  ['a GET that observes', '0.01', observing],
] as const)('%s, which may be repeated, pushes out none that may not', (_what, code, options) => {
  const seen = seenRequests();
  const get = (id: number) => ({ ...request(code, 1, id), options });
  seen.set(post(1, 7), reply);
  flood(seen, get, 40_000);
  expect(seen.get(post(1, 7))?.reply).toEqual(reply);
  expect(seen.get(get(0))).toBeUndefined();
  expect(seen.get(get(39_999))).toBeDefined();
});

test('a plain GET is known until it is answered, and where the answer comes later as long as others', () => {
  const clock = fakeClock();
  const seen = seenRequests(clock);
  const [fast, slow] = [request('0.01', 1, 7), request('0.01', 1, 8)];
  for (const each of [fast, slow]) seen.set(each);
  expect([seen.get(fast), seen.get(request('0.01', 1, 7, 'other'))]).toEqual([expect.anything(), undefined]);
  const acknowledgement = Buffer.from([0x60, 0, 0, 8]);
  seen.set(fast, Buffer.from([0x60, 0x45, 0, 7]));
  seen.set(slow, acknowledgement);
  clock.advance(246_999);
  expect([seen.get(fast), seen.get(slow)?.reply]).toEqual([undefined, acknowledgement]);
  clock.advance(1);
  expect(seen.get(slow)).toBeUndefined();
});

test('a host pushes out its own requests, not those of others', () => {
  const seen = seenRequests();
  seen.set(post(1, 7), reply);
  flood(seen, (id) => post(2, id), 40_000);
  expect([seen.get(post(1, 7)), seen.get(post(2, 39_999)), seen.get(post(2, 0))]).toEqual([
    expect.anything(),
    expect.anything(),
    undefined,
  ]);
});

test('however many hosts fill it, one with few requests keeps them, and all keep their latest', () => {
  const seen = seenRequests();
  seen.set(post(1, 7), reply);
  for (let host = 2; host <= 12; host++) flood(seen, (id) => post(host, id), 4000);
  expect(seen.get(post(1, 7))).toBeDefined();
  const latest = Array.from({ length: 11 }, (_, at) => seen.get(post(at + 2, 3999)));
  expect(latest).not.toContain(undefined);
});

test('what is kept does not keep the memory of what stood beside it', () => {
  const seen = seenRequests();
  const held = (): number => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  const before = held();
  for (let id = 0; id < 5000; id++) {
    seen.set(post(1, id), Buffer.allocUnsafe(20));
    for (let other = 0; other < 4; other++) Buffer.allocUnsafe(2000);
  }
  expect(held() - before).toBeLessThan(5_000_000);
  expect(seen.get(post(1, 0))).toBeDefined();
});
