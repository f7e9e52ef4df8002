import { expect, test } from 'vitest';
import type { Inbound } from '../../src/bindings/coap/endpoint/endpoint.ts';
import { SeenRequests } from '../../src/bindings/coap/endpoint/seen-requests.ts';
import { fakeClock } from '../support/fake-clock.ts';

const empty = Buffer.alloc(0);
const reply = Buffer.alloc(1000);

function request(code: string, port: number, id: number, token = 't'): Inbound {
  const peer = { address: '127.0.0.1', port, key: `127.0.0.1 ${port}` };
  const message = { type: 'CON', code, id, token: Buffer.from(token), options: [], payload: empty } as const;
  return { ...message, peer, bytes: 10 };
}

const post = (port: number, id: number, token?: string) => request('0.02', port, id, token);

function flood(seen: SeenRequests, make: (id: number) => Inbound, count: number): void {
  for (let id = 0; id < count; id++) seen.set(make(id), reply);
}

test('an answer is kept for the lifetime of its exchange, and for its token', () => {
  const clock = fakeClock();
  const seen = new SeenRequests(clock);
  seen.set(post(1, 7), reply);
  expect(seen.get(post(1, 7))?.reply).toBe(reply);
  expect(seen.get(post(1, 7, 'other'))).toBeUndefined();
  expect(seen.get(post(2, 7))).toBeUndefined();
  clock.advance(247_000);
  expect(seen.get(post(1, 7))).toBeUndefined();
});

test.each(['0.01', '0.05'])('%s, which may be repeated, pushes out none that may not', (code) => {
  const seen = new SeenRequests(fakeClock());
  seen.set(post(1, 7), reply);
  flood(seen, (id) => request(code, 1, id), 40_000);
  expect(seen.get(post(1, 7))?.reply).toBe(reply);
  expect(seen.get(request(code, 1, 0))).toBeUndefined();
  expect(seen.get(request(code, 1, 39_999))).toBeDefined();
});

test('a peer pushes out its own requests, not those of others', () => {
  const seen = new SeenRequests(fakeClock());
  seen.set(post(1, 7), reply);
  flood(seen, (id) => post(2, id), 40_000);
  expect([seen.get(post(1, 7)), seen.get(post(2, 39_999)), seen.get(post(2, 0))]).toEqual([
    expect.anything(),
    expect.anything(),
    undefined,
  ]);
});

test('the peers silent longest go first when all is full', () => {
  const seen = new SeenRequests(fakeClock());
  for (let port = 1; port <= 12; port++) {
    flood(seen, (id) => post(port, id), 4000);
    seen.set(post(1, 60_000), reply); // stays active
  }
  const kept = Array.from({ length: 12 }, (_, at) => seen.get(post(at + 1, 3999)) !== undefined);
  expect(kept.indexOf(true)).toBe(0);
  expect(kept.slice(1, 4)).toEqual([false, false, false]);
  expect(kept.slice(-4)).toEqual([true, true, true, true]);
});
