import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { coapTcp } from '../../src/bindings/coap/coap-tcp-server.ts';
import { bertSize, blockOption, readBlock } from '../../src/bindings/coap/messages/block.ts';
import type { CoapOption } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionNumber,
  optionUint,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import { encodeFrame, type Frame } from '../../src/bindings/coap/tcp/frame.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import { createServient, type ServientOptions } from '../../src/servient/create-servient.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type TcpPeer, tcpPeer } from '../support/tcp-peer.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const counts = { subscribed: 0, slow: 0 };
const second = 1000;
const csm = '7.01';
const abort = '7.05';
const observe = uintOption(optionNumber.observe, 0);
const custody: CoapOption = { number: 2, value: Buffer.alloc(0) };

async function valve(options: ServientOptions = {}) {
  Object.assign(counts, { subscribed: 0, slow: 0 });
  const servient = createServient({ bindings: [coapTcp({ port: 0 })], ...options });
  await servient.start();
  cleanups.push(() => servient.stop());
  const slow = Promise.withResolvers<string>();
  let thing: ThingHandle | undefined;
  await servient.expose({
    td: {
      title: 'Valve',
      properties: {
        open: { type: 'boolean', observable: true },
        text: { type: 'string', observable: true },
        slow: { type: 'string', readOnly: true },
      },
      events: { leak: { data: { type: 'integer' } } },
    },
    options: { name: 'valve' },
    handlers: (handle) => {
      thing = handle;
      const read = () => {
        counts.slow++;
        return slow.promise;
      };
      return {
        properties: { open: { initial: false }, text: { initial: 'x'.repeat(100_000) }, slow: { read } },
        events: { leak: { subscribed: () => counts.subscribed++, unsubscribed: () => counts.subscribed-- } },
      };
    },
  });
  const port = Number(new URL(servient.addresses[0] ?? '').port);
  const peer = async (introduces = true): Promise<TcpPeer> => {
    const opened = await tcpPeer(port, introduces);
    cleanups.push(() => opened.socket.destroy());
    return opened;
  };
  return { servient, slow, peer, thing: thing as ThingHandle };
}

function at(path: string, ...more: readonly CoapOption[]): readonly CoapOption[] {
  return [
    ...`things/valve/${path}`.split('/').map((part) => textOption(optionNumber.uriPath, part)),
    ...more,
  ];
}

const open = at('properties/open');
const text = at('properties/text');
const slowly = at('properties/slow');

async function serves(peer: TcpPeer): Promise<void> {
  const { code, payload } = await peer.ask({ options: open });
  expect([code, payload.toString()]).toEqual(['2.05', 'false']);
}

/** Lets time go by until the condition holds; one step is a heartbeat. */
async function passing(clock: { advance(ms: number): void }, holds: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      if (holds()) return;
      clock.advance(5 * second);
      throw new Error('not yet');
    },
    { timeout: 8000, interval: 10 },
  );
}

test('the forms lead to it, and the first message is a CSM', async () => {
  const { servient, peer } = await valve();
  expect(servient.addresses[0]).toMatch(/^coap\+tcp:\/\/127\.0\.0\.1:\d+$/);
  const { code, options } = await (await peer(false)).next(csm);
  expect([code, options.map(({ number }) => number)]).toEqual([csm, [2, 4]]);
  expect(optionUint(options, 2)).toBeGreaterThan(1024 * 1024);
});

test('a connection that does not begin with a CSM is aborted', async () => {
  const { peer } = await valve();
  const rude = await peer(false);
  rude.frame({ options: open });
  expect((await rude.next(abort)).payload.toString()).toMatch(/CSM/);
  await rude.closed;
  expect(rude.received.map(({ code }) => code)).toEqual([csm, abort]);
});

test('a critical option of a CSM that is not understood is named in the Abort', async () => {
  const { peer } = await valve();
  const strange = await peer(false);
  strange.frame({ code: csm, options: [uintOption(9, 1)] });
  expect(optionUint((await strange.next(abort)).options, 2)).toBe(9);
  await strange.closed;
});

test('a Ping is answered at once, with Custody after what came before it; empty messages are ignored', async () => {
  const { peer, slow } = await valve();
  const asking = await peer();
  asking.frame({ code: '0.00' });
  asking.frame({ token: Buffer.from('s'), options: slowly });
  asking.frame({ code: '7.02', token: Buffer.from('kept'), options: [custody] });
  const plain = await asking.ask({ code: '7.02', token: Buffer.from('now') });
  expect([plain.code, plain.options]).toEqual(['7.03', []]);
  expect(asking.received.map(({ token }) => token.toString())).not.toContain('kept');
  slow.resolve('done');
  const { token, options } = await asking.next('7.03');
  expect([token.toString(), options]).toEqual(['kept', [custody]]);
  expect(asking.received.at(-2)?.payload.toString()).toBe('"done"');
});

test.each(['Release', 'FIN'])(
  'after %s what is under way is answered, then the connection ends',
  async (by) => {
    const { peer, slow } = await valve();
    const leaving = await peer();
    leaving.frame({ token: Buffer.from('s'), options: slowly });
    await vi.waitUntil(() => counts.slow === 1);
    if (by === 'FIN') leaving.socket.end();
    else leaving.frame({ code: '7.04' });
    slow.resolve('done');
    await leaving.closed;
    expect(leaving.received.at(-1)?.payload.toString()).toBe('"done"');
  },
);

test('a stopping servient ends observations with an error and says Release', async () => {
  const { peer, servient } = await valve();
  const observing = await peer();
  expect((await observing.ask({ options: [observe, ...open] })).code).toBe('2.05');
  await servient.stop();
  await observing.closed;
  expect(observing.received.slice(-2).map(({ code }) => code)).toEqual(['5.03', '7.04']);
});

test('observations go on in order, and end with their connection', async () => {
  const { peer, thing } = await valve();
  const observing = await peer();
  const token = Buffer.from('leak');
  await observing.ask({ token, options: at('events/leak', observe) });
  for (let leak = 1; leak <= 50; leak++) thing.emit('leak', leak);
  await vi.waitUntil(() => observing.received.filter((frame) => frame.token.equals(token)).length === 51);
  const told = observing.received
    .filter((frame) => frame.token.equals(token))
    .map(({ payload }) => String(payload));
  expect(told.slice(1)).toEqual(Array.from({ length: 50 }, (_, index) => String(index + 1)));
  expect(counts.subscribed).toBe(1);
  observing.socket.resetAndDestroy();
  await vi.waitUntil(() => counts.subscribed === 0);
});

test('random and mutated streams: each ends by itself or is answered, and the next peer is served', async () => {
  const { peer } = await valve();
  const good = Buffer.concat([
    encodeFrame(frameOf({ code: csm, options: [uintOption(2, 2000)] })),
    encodeFrame(frameOf({ options: [observe, ...open], token: Buffer.from('tok') })),
    encodeFrame(frameOf({ code: '7.02', options: [custody] })),
    encodeFrame(frameOf({ code: '0.03', options: open, payload: Buffer.from('true1') })),
  ]);
  const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
  const mutated = fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const bytes = Buffer.from(good);
    for (const [index, byte] of changes) bytes[index] = byte;
    return bytes;
  });
  const streams = fc.sample(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 80 }), mutated), {
    numRuns: 400,
    seed: 8323,
  });
  const bystander = await peer();
  for (let index = 0; index < streams.length; index += 40) {
    const fuzzers = await Promise.all(streams.slice(index, index + 40).map(() => peer(false)));
    for (const [at, fuzzer] of fuzzers.entries()) fuzzer.send(streams[index + at] ?? good);
    await serves(bystander);
    for (const { socket } of fuzzers) socket.end();
    await Promise.all(fuzzers.map(({ closed }) => closed));
  }
});

test('a message over the limit is refused by its header', async () => {
  const { peer } = await valve();
  const large = await peer();
  large.send(Buffer.from('f0ffffffff03', 'hex'));
  expect((await large.next(abort)).payload.toString()).toMatch(/Max-Message-Size/);
  await large.closed;
});

test('who says nothing, or half a message, is cut off', async () => {
  const clock = fakeClock();
  const { peer } = await valve({ clock });
  const [silent, slow, bystander] = [await peer(false), await peer(), await peer()];
  await serves(slow);
  slow.send(Buffer.from('d0', 'hex'));
  await serves(bystander);
  let closed = 0;
  for (const each of [silent, slow]) void each.closed.then(() => closed++);
  await passing(clock, () => closed === 2);
  await serves(bystander);
});

test('who is silent is asked for a sign of life, who observes nothing is released after ten minutes', async () => {
  const clock = fakeClock();
  const { peer } = await valve({ clock });
  const [gone, idle] = [await peer(), await peer()];
  for (const each of [gone, idle])
    await each.ask({ options: [...(each === gone ? [observe] : []), ...open] });
  let isCut = false;
  void gone.closed.then(() => {
    isCut = true;
  });
  const pinged = (each: TcpPeer) => each.received.filter(({ code }) => code === '7.02');
  let answered = 0;
  await passing(clock, () => {
    for (const { token } of pinged(idle).slice(answered)) {
      idle.frame({ code: '7.03', token });
      answered++;
    }
    return idle.received.at(-1)?.code === '7.04';
  });
  expect([isCut, pinged(gone).length, answered > 2]).toEqual([true, 1, true]);
});

test('a peer that does not read is not read either, then cut off; others are served', async () => {
  const clock = fakeClock();
  const { peer } = await valve({ clock });
  const greedy = await peer();
  await greedy.ask({ options: at('events/leak', observe) });
  greedy.socket.pause();
  const request = encodeFrame(frameOf({ options: text }));
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 2000; count++) greedy.socket.write(request);
  await serves(await peer());
  await passing(clock, () => counts.subscribed === 0);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
  await serves(await peer());
});

test('an address has 128 connections; one more is told why not', async () => {
  const { peer } = await valve();
  const first = await Promise.all(Array.from({ length: 128 }, () => peer()));
  const refused = await peer();
  expect((await refused.next(abort)).payload.toString()).toMatch(/too many/);
  first[0]?.socket.destroy();
  await vi.waitUntil(async () => {
    const again = await peer();
    return (await Promise.race([again.ask({ options: open }), again.next(abort)])).code === '2.05';
  }, 3000);
});

test('a body goes in one message where the peer takes it, else in blocks as large as it takes', async () => {
  const { peer } = await valve();
  expect((await (await peer()).ask({ options: text })).payload).toHaveLength(100_002);

  const small = await peer(false);
  small.frame({ code: csm });
  const first = await small.ask({ options: text });
  expect([first.payload.length, readBlock(first.options, optionNumber.block2)]).toEqual([
    1024,
    { num: 0, more: true, size: 1024 },
  ]);

  const medium = await peer(false);
  medium.frame({ code: csm, options: [uintOption(2, 5000), { number: 4, value: Buffer.alloc(0) }] });
  const parts: Buffer[] = [];
  for (let more = true; more; ) {
    const block = { num: Buffer.concat(parts).length / 1024, more: false, size: bertSize };
    const options = [...text, blockOption(optionNumber.block2, block)];
    const answer = await medium.ask({ options: parts.length === 0 ? text : options });
    more = readBlock(answer.options, optionNumber.block2)?.more === true;
    if (more) expect(answer.payload).toHaveLength(3072);
    parts.push(answer.payload);
  }
  expect(Buffer.concat(parts).toString()).toBe(JSON.stringify('x'.repeat(100_000)));
});

test('takes a body in BERT blocks', async () => {
  const { peer, thing } = await valve();
  const body = Buffer.from(JSON.stringify('y'.repeat(9000)));
  const sending = await peer();
  const codes: string[] = [];
  for (const [num, end] of [
    [0, 4096],
    [4, 8192],
    [8, body.length],
  ] as const) {
    const block = blockOption(optionNumber.block1, { num, more: end < body.length, size: bertSize });
    const part = { code: '0.03', options: [...text, block], payload: body.subarray(num * 1024, end) };
    codes.push((await sending.ask(part)).code);
  }
  expect(codes).toEqual(['2.31', '2.31', '2.04']);
  expect(thing.get('text')).toBe('y'.repeat(9000));
});

function frameOf(given: Partial<Frame>): Frame {
  const empty = Buffer.alloc(0);
  return { code: '0.01', token: empty, options: [], payload: empty, ...given };
}
