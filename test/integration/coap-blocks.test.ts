import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { type CoapOption, emptyBytes, type Message } from '../../src/bindings/coap/messages/coap-message.ts';
import { optionNumber, optionUint, uintOption } from '../../src/bindings/coap/messages/coap-option.ts';
import type { ServientOptions } from '../../src/servient/create-servient.ts';
import { block1, block2, coapThing, etagOf, json, request } from '../support/coap-thing.ts';
import { fakeClock } from '../support/fake-clock.ts';
import type { UdpPeer } from '../support/udp-peer.ts';

let stop = async (): Promise<void> => undefined;
afterEach(() => stop());

/** A device that counts its calls, and answers its write and its slow read when the test says so. */
async function box(options: ServientOptions = {}) {
  const device = { text: 'x'.repeat(3000), reads: 0, written: [] as string[], actions: 0 };
  const slow = Promise.withResolvers<string>();
  const gate = { open: Promise.resolve() };
  const hosted = await coapThing(
    {
      properties: {
        text: { type: 'string' },
        slow: { type: 'string', readOnly: true },
        a: { type: 'string' },
        b: { type: 'string' },
      },
      actions: { echo: { input: { type: 'string' }, output: { type: 'string' } } },
    },
    {
      properties: {
        text: {
          read() {
            device.reads += 1;
            return device.text;
          },
          async write(value) {
            device.written.push(String(value));
            await gate.open;
          },
        },
        slow: {
          read() {
            device.reads += 1;
            return slow.promise;
          },
        },
        a: { initial: 'a'.repeat(1500) },
        b: { initial: 'b'.repeat(1500) },
      },
      actions: {
        echo(input) {
          device.actions += 1;
          return `${input}!`;
        },
      },
    },
    options,
  );
  stop = hosted.stop;
  return { ...hosted, device, slow, gate, peer: await hosted.peer() };
}

const text = 'properties/text';
const token = (): Buffer => randomBytes(4);
const tag = (value: string): CoapOption => ({ number: optionNumber.requestTag, value: Buffer.from(value) });

interface Block {
  readonly num: number;
  readonly size: number;
  readonly options?: readonly CoapOption[];
  readonly path?: string;
}

/** One block of a text that a PUT sends, with a token of its own. */
function put(body: Buffer, { num, size, options = [], path = text }: Block): Partial<Message> {
  const end = (num + 1) * size;
  const block = block1(num, size, end < body.length);
  const payload = body.subarray(num * size, end);
  return { ...request('PUT', path, { options: [...options, block], payload }), token: token() };
}

/** Fetches what follows the first block, each block with a token of its own. */
async function rest(peer: UdpPeer, asked: Partial<Message>, first: Message, size: number): Promise<string> {
  let whole = first.payload.toString();
  let last = first;
  for (let num = first.payload.length / size; hasMore(last); num++) {
    const options = [...(asked.options ?? []), block2(num, size)];
    last = await peer.ask({ ...asked, options, token: token() });
    expect([last.code, etagOf(last)]).toEqual([first.code, etagOf(first)]);
    whole += last.payload.toString();
  }
  return whole;
}

const hasMore = ({ options }: Message): boolean =>
  ((optionUint(options, optionNumber.block2) ?? 0) & 8) !== 0;
const jsonBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test.each([16, 64, 1024])('an answer in blocks of %i bytes is one snapshot of one read', async (size) => {
  const { peer, device } = await box();
  const asked = request('GET', text);
  const first = await peer.ask({ ...asked, options: [...asked.options, block2(0, size)] });
  expect([first.payload.length, optionUint(first.options, optionNumber.size2)]).toEqual([size, 3002]);
  device.text = 'changed';
  expect(JSON.parse(await rest(peer, asked, first, size))).toBe('x'.repeat(3000));
  expect(device.reads).toBe(1);
});

test('a peer that makes its blocks smaller goes on where it was', async () => {
  const { peer, device } = await box();
  const asked = request('GET', text);
  const first = await peer.ask(asked);
  expect(JSON.parse(await rest(peer, asked, first, 256))).toBe('x'.repeat(3000));
  expect(device.reads).toBe(1);
});

test('who asks for the size of a small answer is told it', async () => {
  const { peer, device } = await box();
  device.text = 'small';
  const asked = (value: number) => request('GET', text, { options: [uintOption(optionNumber.size2, value)] });
  expect(optionUint((await peer.ask(asked(0))).options, optionNumber.size2)).toBe(7);
  expect(optionUint((await peer.ask(request('GET', text))).options, optionNumber.size2)).toBeUndefined();
});

test.each([
  ['beyond the end', block2(3, 1024), 'BLOCK_OUT_OF_RANGE'],
  ['with the last number there is', block2(0xfffff, 1024), 'BLOCK_OUT_OF_RANGE'],
  ['of the reserved size', uintOption(optionNumber.block2, 7), 'BLOCK_MALFORMED'],
  ['of the reserved size, in an upload', uintOption(optionNumber.block1, 7), 'BLOCK_MALFORMED'],
])('a block %s is refused', async (_what, block, code) => {
  const { peer } = await box();
  for (const kept of [false, true]) {
    if (kept) await peer.ask(request('GET', text));
    const answer = await peer.ask(request('GET', text, { options: [block] }));
    expect([answer.code, json(answer)]).toEqual(['4.00', expect.objectContaining({ code })]);
  }
});

test('an error in the place of a later block is told whole', async () => {
  const { peer } = await box();
  const answer = await peer.ask(request('GET', 'properties/none', { options: [block2(2, 16)] }));
  expect([answer.code, json(answer)]).toEqual(['4.04', expect.objectContaining({ code: 'PATH_UNKNOWN' })]);
});

test('an upload of 100 KB in small blocks is written once', async () => {
  const { peer, device } = await box();
  const value = 'y'.repeat(100_000);
  const body = jsonBytes(value);
  const blocks = Math.ceil(body.length / 256);
  for (let num = 0; num < blocks; num++) {
    const answer = await peer.ask(put(body, { num, size: 256 }));
    expect(answer.code).toBe(num < blocks - 1 ? '2.31' : '2.04');
    expect(optionUint(answer.options, optionNumber.block1)).toBe(num * 16 + (num < blocks - 1 ? 8 : 0) + 4);
  }
  expect(device.written).toEqual([value]);
});

test('blocks that come again with a new Message ID count once, the last one too while it is carried out', async () => {
  const { peer, device, gate } = await box();
  const body = jsonBytes('z'.repeat(50));
  const opened = Promise.withResolvers<void>();
  gate.open = opened.promise;
  for (const num of [0, 0, 1, 1, 2]) {
    expect((await peer.ask(put(body, { num, size: 16 }))).code).toBe('2.31');
  }
  const answers = [peer.ask(put(body, { num: 3, size: 16 })), peer.ask(put(body, { num: 3, size: 16 }))];
  await expect.poll(() => device.written.length, { interval: 2 }).toBe(1);
  opened.resolve();
  expect((await Promise.all(answers)).map(({ code }) => code)).toEqual(['2.04', '2.04']);
  expect((await peer.ask(put(body, { num: 3, size: 16 }))).code).toBe('2.04');
  expect(device.written).toEqual(['z'.repeat(50)]);
  expect((await peer.ask(put(jsonBytes('w'.repeat(50)), { num: 3, size: 16 }))).code).toBe('4.08');
});

test('a gap is told, and the upload goes on where it was', async () => {
  const { peer, device } = await box();
  const body = jsonBytes('z'.repeat(50));
  expect((await peer.ask(put(body, { num: 0, size: 16 }))).code).toBe('2.31');
  expect((await peer.ask(put(body, { num: 2, size: 16 }))).code).toBe('4.08');
  for (const num of [1, 2]) expect((await peer.ask(put(body, { num, size: 16 }))).code).toBe('2.31');
  expect((await peer.ask(put(body, { num: 3, size: 16 }))).code).toBe('2.04');
  expect(device.written).toEqual(['z'.repeat(50)]);
});

test('a new first block begins anew', async () => {
  const { peer, device } = await box();
  await peer.ask(put(jsonBytes('old'.repeat(20)), { num: 0, size: 16 }));
  const body = jsonBytes('n'.repeat(20));
  expect((await peer.ask(put(body, { num: 0, size: 16 }))).code).toBe('2.31');
  expect((await peer.ask(put(body, { num: 1, size: 16 }))).code).toBe('2.04');
  expect(device.written).toEqual(['n'.repeat(20)]);
});

test('uploads with different Request-Tags do not mix: none, an empty one, two empty ones, several', async () => {
  const { peer, device } = await box();
  const uploads = [[], [tag('')], [tag(''), tag('')], [tag('1'), tag('2')], [tag('2'), tag('1')]].map(
    (options, index) => ({ options, body: jsonBytes(String(index).repeat(20)) }),
  );
  for (const [num, code] of ['2.31', '2.04'].entries()) {
    for (const { options, body } of uploads) {
      expect((await peer.ask(put(body, { num, size: 16, options }))).code).toBe(code);
    }
  }
  expect(device.written).toEqual(uploads.map((_, index) => String(index).repeat(20)));
});

test.each([
  ['that is announced', block1(0, 16, true), 100, 16],
  ['that comes in one message', undefined, undefined, 65],
])('a body over the limit, %s, is refused with what would be taken', async (_what, block, size1, length) => {
  const { peer } = await box({ limits: { body: 64 } });
  const options = [...(block ? [block] : []), ...(size1 ? [uintOption(optionNumber.size1, size1)] : [])];
  const answer = await peer.ask(request('PUT', text, { options, payload: Buffer.alloc(length, 0x20) }));
  expect([answer.code, optionUint(answer.options, optionNumber.size1)]).toEqual(['4.13', 64]);
});

test('a body that grows over the limit is refused, and its blocks are forgotten', async () => {
  const { peer, device } = await box({ limits: { body: 64 } });
  const body = jsonBytes('v'.repeat(100));
  for (const num of [0, 1, 2, 3]) expect((await peer.ask(put(body, { num, size: 16 }))).code).toBe('2.31');
  const refused = await peer.ask(put(body, { num: 4, size: 16 }));
  expect([refused.code, optionUint(refused.options, optionNumber.block1)]).toEqual(['4.13', 4 * 16]);
  expect((await peer.ask(put(body, { num: 4, size: 16 }))).code).toBe('4.08');
  expect(device.written).toEqual([]);
});

test('a block that is shorter than it says is refused', async () => {
  const { peer } = await box();
  const short = request('PUT', text, { options: [block1(0, 64, true)], payload: 'short' });
  const answer = await peer.ask(short);
  expect([answer.code, json(answer)]).toEqual([
    '4.00',
    expect.objectContaining({ code: 'BLOCK_SIZE_WRONG' }),
  ]);
});

test('a large input with a large output, both in blocks, is one call', async () => {
  const { peer, device } = await box();
  const value = 'e'.repeat(2000);
  const body = jsonBytes(value);
  const asked = request('POST', 'actions/echo', { options: [tag('e')] });
  let answer: Message | undefined;
  for (let num = 0; num * 512 < body.length; num++) {
    const block = block1(num, 512, (num + 1) * 512 < body.length);
    const payload = body.subarray(num * 512, (num + 1) * 512);
    answer = await peer.ask({
      ...asked,
      options: [...asked.options, block, block2(0, 128)],
      payload,
      token: token(),
    });
  }
  expect([answer?.code, answer?.payload.length]).toEqual(['2.04', 128]);
  const whole = await rest(peer, { ...asked, payload: emptyBytes }, answer as Message, 128);
  expect([JSON.parse(whole), device.actions]).toEqual([`${value}!`, 1]);
});

test('answers to two FETCHes at the same time do not mix', async () => {
  const { peer } = await box();
  const fetches = ['a', 'b'].map((name) => request('FETCH', 'properties', { payload: `["${name}"]` }));
  const firsts: Message[] = [];
  for (const fetch of fetches) firsts.push(await peer.ask({ ...fetch, token: token() }));
  for (const [index, name] of ['a', 'b'].entries()) {
    const whole = await rest(peer, fetches[index] ?? {}, firsts[index] as Message, 1024);
    expect(JSON.parse(whole)).toEqual({ [name]: name.repeat(1500) });
  }
});

test('a later block of an answer that is not kept is told, where it cannot be made again', async () => {
  const { peer, device } = await box();
  const answer = await peer.ask(
    request('POST', 'actions/echo', { options: [block2(1, 64)], payload: '"x"' }),
  );
  expect([answer.code, device.actions]).toEqual(['4.08', 0]);
});

test('a first request that comes again does not change what its later blocks are of', async () => {
  const { peer, device } = await box();
  const asked = request('GET', 'properties/text');
  const first = await peer.ask({ ...asked, id: 7, token: Buffer.from('t') });
  device.text = 'y'.repeat(3000);
  const again = await peer.ask({ ...asked, id: 7, token: Buffer.from('t') });
  expect(again).toEqual(first);
  expect(JSON.parse(await rest(peer, asked, first, 1024))).toBe('x'.repeat(3000));
  expect(device.reads).toBe(1);
});

test('100 KB that take 4 s come separately, and all from one read', async () => {
  const clock = fakeClock();
  const { peer, device, slow } = await box({ clock });
  const asked = request('GET', 'properties/slow');
  const first = token();
  const id = await peer.message({ ...asked, token: first });
  await expect.poll(() => device.reads, { interval: 2 }).toBe(1);
  clock.advance(4000);
  expect(await peer.next((message) => message.id === id)).toMatchObject({ type: 'ACK', code: '0.00' });
  slow.resolve('s'.repeat(100_000));
  const answer = await peer.next((message) => message.token.equals(first));
  expect([answer.type, answer.code]).toEqual(['CON', '2.05']);
  await peer.message({ type: 'ACK', code: '0.00', id: answer.id });
  expect(JSON.parse(await rest(peer, asked, answer, 1024))).toBe('s'.repeat(100_000));
  expect(device.reads).toBe(1);
});
