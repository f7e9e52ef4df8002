import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { blockOption, readBlock } from '../../src/bindings/coap/messages/block.ts';
import {
  type CoapOption,
  encodeMessage,
  type Message,
  parseMessage,
} from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionNumber,
  optionTexts,
  optionUint,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import type { ClientBinding } from '../../src/contracts/binding.ts';
import type { WotError } from '../../src/contracts/errors.ts';
import { type Collector, collector } from '../support/collector.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';

const second = 1000;
const observe = (sequence: number): CoapOption => uintOption(optionNumber.observe, sequence);
const maxAge = (seconds: number): CoapOption => uintOption(optionNumber.maxAge, seconds);
const etag = (bytes: Buffer): CoapOption => ({ number: optionNumber.etag, value: bytes });
const json = uintOption(optionNumber.contentFormat, 50);

let socket: Socket;
let clock: FakeClock;
let client: ClientBinding;
/** Registrations (GET with Observe 0) that came. */
let asked: Collector<Message>;
/** All other GETs. */
let fetched: Collector<Message>;
let told: Collector<string>;
let peer: { readonly port: number; readonly address: string };
let answer: (registration: number) => Partial<Message> | undefined;
/** Answers those other GETs. */
let serve: (request: Message) => Partial<Message> | undefined;

beforeEach(async () => {
  clock = fakeClock();
  client = coapClient({ clock });
  asked = collector();
  fetched = collector();
  serve = () => ({});
  told = collector();
  socket = createSocket('udp4');
  socket.on('message', (bytes, { address, port }) => {
    const request = parseMessage(bytes);
    if (request.code !== '0.01') return;
    peer = { address, port };
    const registers = optionUint(request.options, optionNumber.observe) === 0;
    (registers ? asked : fetched).push(request);
    send(request, registers ? answer(asked.items.length) : serve(request));
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
});

afterEach(async () => {
  await client.stop();
  socket.close();
});

function send(to: Message, message: Partial<Message> | undefined): void {
  if (message === undefined) return;
  const { id, token } = to;
  const empty = { options: [], payload: Buffer.alloc(0) };
  socket.send(
    encodeMessage({ type: 'ACK', code: '2.05', id, token, ...empty, ...message }),
    peer.port,
    peer.address,
  );
}

const value = (data: unknown, ...options: readonly CoapOption[]): Partial<Message> => ({
  payload: Buffer.from(JSON.stringify(data)),
  options: [json, ...options],
});

/** A change id as a servient's ETag. */
function change(id: number): CoapOption {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(id));
  return etag(bytes);
}

async function subscribed(): Promise<() => Promise<void>> {
  const href = `coap://127.0.0.1:${socket.address().port}/x`;
  return client.subscribe(
    { op: 'observeproperty', form: { href }, timeout: 30 * second },
    {
      next: ({ content }) => told.push(String(content && Buffer.from(content.body))),
      gap: (gap) => told.push(`gap ${JSON.stringify(gap)}`),
      interrupted: (error) => told.push(`interrupted ${(error as WotError).code}`),
      resumed: () => told.push('resumed'),
      failed: (error) => told.push(`failed ${(error as WotError).code}`),
      ended: () => told.push('ended'),
    },
  );
}

const until = (what: string) => told.until((each) => each === what);
const registered = (count: number) => asked.until(() => asked.items.length >= count);

/** Lets time go by, slowly enough for answers to come in time, until this is told. */
async function passing(what: string): Promise<void> {
  for (; !told.items.includes(what); clock.advance(second / 10))
    await new Promise((turn) => setImmediate(turn));
}

test('registers again when Max-Age and 15 s are over without news, with the same token', async () => {
  answer = (count) => value(count, observe(count), maxAge(20));
  const end = await subscribed();
  clock.advance(24.9 * second);
  expect(asked.items).toHaveLength(1);
  clock.advance(10.1 * second);
  await until('2');
  expect(asked.items.map(({ token }) => token)).toEqual([asked.items[0]?.token, asked.items[0]?.token]);
  await end();
  expect(told.items).toEqual(['1', '2']);
});

test('news puts the next registration off; without Max-Age it is due after 60 s', async () => {
  answer = (count) => value(count, observe(1));
  await subscribed();
  await until('1');
  clock.advance(60 * second);
  send(asked.items[0] as Message, { ...value('news', observe(2)), type: 'NON', id: 1 });
  await until('"news"');
  clock.advance(64 * second);
  expect(asked.items).toHaveLength(1);
  clock.advance(11 * second);
  await registered(2);
});

test('a Max-Age of years does not overflow the timer', async () => {
  answer = (count) => value(count, observe(1), maxAge(2 ** 32 - 1));
  await subscribed();
  await until('1');
  clock.advance(86_400 * second);
  expect(asked.items).toHaveLength(1);
  clock.advance(15 * second);
  await registered(2);
});

test('the same representation is told once', async () => {
  const tags = ['aa', 'aa', 'bb'];
  answer = (count) => value(count, observe(count), etag(Buffer.from(tags[count - 1] ?? 'cc')));
  await subscribed();
  await passing('3');
  expect(told.items).toEqual(['1', '3']);
});

const tagsOf = ({ options }: Message): readonly string[] =>
  options.filter(({ number }) => number === optionNumber.etag).map((option) => option.value.toString());
const tagged = (text: string): CoapOption => etag(Buffer.from(text));

test('what is known is not sent again: the registration names it, the answer is 2.03', async () => {
  answer = (count) =>
    count === 1
      ? value('a', observe(1), tagged('aa'))
      : { code: '2.03', options: [observe(count), tagged('aa')] };
  await subscribed();
  await until('"a"');
  clock.advance(75 * second);
  await registered(2);
  send(asked.items[0] as Message, { ...value('b', observe(9), tagged('bb')), type: 'NON', id: 1 });
  await until('"b"');
  expect(asked.items.map(tagsOf)).toEqual([[], ['aa']]);
  expect([told.items, fetched.items]).toEqual([['"a"', '"b"'], []]);
});

test('what is valid again after something else is fetched', async () => {
  answer = (count) => value('a', observe(count), tagged('aa'));
  serve = () => value('a', tagged('aa'));
  await subscribed();
  await until('"a"');
  const [registration] = asked.items as readonly [Message];
  send(registration, { ...value('b', observe(2), tagged('bb')), type: 'NON', id: 1 });
  send(registration, { code: '2.03', options: [observe(3), tagged('aa')], type: 'NON', id: 2 });
  await passing('"a"');
  await fetched.until(() => true);
  await vi.waitFor(() => expect(told.items).toEqual(['"a"', '"b"', '"a"']));
  expect(fetched.items.map(tagsOf)).toEqual([[]]);
});

test('it is cancelled with the options that it was registered with', async () => {
  const first = 1_767_225_600_000_001;
  answer = () => value(1, observe(9), change(first));
  const end = await subscribed();
  await until('1');
  send(asked.items[0] as Message, { ...value(2, observe(10), change(first + 1)), type: 'NON', id: 1 });
  await until('2');
  await end();
  const [registration, cancel] = [asked.items[0], fetched.items[0]] as readonly [Message, Message];
  const others = ({ options }: Message) => options.filter(({ number }) => number !== optionNumber.observe);
  expect(others(cancel)).toEqual(others(registration));
  expect([optionUint(cancel.options, optionNumber.observe), cancel.token]).toEqual([1, registration.token]);
});

const large = (letter: string): string => JSON.stringify(letter.repeat(30));

/** One of the two blocks of a large value. */
function part(letter: string, num: number, ...options: readonly CoapOption[]): Partial<Message> {
  const block = blockOption(optionNumber.block2, { num, more: num < 1, size: 16 });
  return {
    payload: Buffer.from(large(letter).slice(num * 16, (num + 1) * 16)),
    options: [json, block, tagged(letter), ...options],
  };
}

const blockNumber = ({ options }: Message): number => readBlock(options, optionNumber.block2)?.num ?? 0;

test('a notification in blocks is told whole; one that is overtaken while it is fetched is a gap', async () => {
  answer = () => part('a', 0, observe(1));
  let letter = 'a';
  serve = (request) => part(letter, blockNumber(request));
  await subscribed();
  await until(large('a'));
  letter = 'c';
  const [registration] = asked.items as readonly [Message];
  send(registration, { ...part('b', 0, observe(2)), type: 'CON', id: 1 });
  send(registration, { ...part('c', 0, observe(3)), type: 'NON', id: 2 });
  await until(large('c'));
  expect(told.items).toEqual([large('a'), 'gap {}', large('c')]);
});

test('while the blocks of one are awaited the latest 256 others are kept, and the rest is a gap', async () => {
  answer = () => value(0, observe(1));
  let awaited: Message | undefined;
  serve = (request) => {
    if (awaited !== undefined) return {};
    awaited = request;
    return undefined;
  };
  await subscribed();
  await until('0');
  const [registration] = asked.items as readonly [Message];
  send(registration, { ...part('a', 0, observe(2)), type: 'NON', id: 1 });
  await fetched.until(() => true);
  for (let id = 2; id <= 301; id++) {
    send(registration, { ...value(id, observe(id + 1)), type: 'NON', id });
    if (id % 50 === 0) await new Promise((turn) => setImmediate(turn));
  }
  send(awaited as Message, part('a', 1));
  await until('301');
  const latest = Array.from({ length: 256 }, (_, at) => String(46 + at));
  expect(told.items).toEqual(['0', large('a'), 'gap {}', ...latest]);
});

test('one that has changed before it was fetched is told as it is now', async () => {
  answer = () => part('a', 0, observe(1));
  serve = (request) => part('b', blockNumber(request));
  await subscribed();
  await until(large('b'));
  expect(told.items).toEqual([large('b')]);
  expect(fetched.items.map(blockNumber)).toEqual([1, 0, 1]);
});

test('a notification that comes again is told once', async () => {
  answer = () => value(1, observe(1));
  await subscribed();
  const [registration] = asked.items as readonly [Message];
  for (const id of [7, 7, 8]) send(registration, { ...value(id, observe(id)), type: 'CON', id });
  await until('8');
  expect(told.items).toEqual(['1', '7', '8']);
});

test('several observations of one peer share its socket and are kept apart', async () => {
  answer = (count) => value(count, observe(1));
  const ends = [await subscribed(), await subscribed()];
  const [one, other] = asked.items as readonly [Message, Message];
  send(other, { ...value('other', observe(2)), type: 'NON', id: 1 });
  send(one, { ...value('one', observe(2)), type: 'CON', id: 2 });
  await until('"one"');
  expect(one.token).not.toEqual(other.token);
  expect([...told.items].sort()).toEqual(['"one"', '"other"', '1', '2']);
  await Promise.all(ends.map((end) => end()));
  expect(fetched.items.map(({ token }) => token)).toEqual([one.token, other.token]);
});

test('a servient is asked for what came after the last change', async () => {
  const [first, missed] = [1_767_225_600_000_001, 1_767_225_600_000_002];
  const record = { id: missed, timestamp: '2026-01-01T00:00:00.000002Z', data: 2 };
  answer = (count) =>
    count === 1
      ? value(1, observe(9), change(first))
      : value([{ gap: { after: first, resumesAt: missed } }, record], observe(1));
  await subscribed();
  await until('1');
  clock.advance(75 * second);
  await until('2');
  expect(optionTexts(asked.items[1]?.options ?? [], optionNumber.uriQuery)).toEqual([`after=${first}`]);
  expect(told.items).toEqual(['1', `gap {"after":"${first}","resumesAt":"${missed}"}`, '2']);
});

test('a gap is told once, also when nothing follows it', async () => {
  const [first, resumesAt] = [1_767_225_600_000_001, 1_767_225_600_000_009];
  answer = (count) =>
    count === 2
      ? value([{ gap: { after: first, resumesAt } }], observe(2))
      : { options: [observe(count), ...(count === 1 ? [change(first)] : [])] };
  await subscribed();
  await passing(`gap {"after":"${first}","resumesAt":"${resumesAt}"}`);
  clock.advance(75 * second);
  await registered(3);
  const queries = asked.items.map(({ options }) => optionTexts(options, optionNumber.uriQuery));
  expect(queries).toEqual([[], [`after=${first}`], [`after=${resumesAt - 1}`]]);
});

test('a server that was restarted, silent, then without the Thing, is found again', async () => {
  answer = (count) => {
    if (count === 1) return value(1, observe(1000));
    if (clock.now() < startedAt) return undefined;
    return clock.now() < startedAt + 10 * second ? { code: '4.04' } : value(2, observe(1));
  };
  const startedAt = clock.now() + 300 * second;
  await subscribed();
  await passing('resumed');
  await until('2');
  // A sequence number that begins anew is no old one.
  expect(told.items).toEqual([
    '1',
    expect.stringMatching(/^interrupted (RESPONSE_TIMEOUT|NO_ANSWER)$/),
    'resumed',
    '2',
  ]);
});

test('a Thing that does not come back fails the subscription', async () => {
  answer = (count) => (count === 1 ? value(1, observe(1)) : { code: '4.04' });
  await subscribed();
  await passing('failed NOT_FOUND');
  expect(told.items).toEqual(['1', 'interrupted NOT_FOUND', 'failed NOT_FOUND']);
});

test.each([
  ['5.03', 'interrupted UNAVAILABLE,resumed,2'],
  ['4.04', 'ended'],
  ['4.03', 'failed FORBIDDEN'],
])('a notification %s means %s', async (code, outcome) => {
  answer = (count) => value(count, observe(count));
  await subscribed();
  await until('1');
  send(asked.items[0] as Message, { type: 'NON', id: 1, code });
  await passing(outcome.split(',').at(-1) as string);
  expect(told.items.join()).toBe(`1,${outcome}`);
});

test('closing and aborting end it while the server is away', async () => {
  answer = (count) => (count === 1 ? value(1, observe(1)) : undefined);
  const end = await subscribed();
  await passing('interrupted RESPONSE_TIMEOUT');
  const ending = end();
  clock.advance(second);
  await ending;
  clock.advance(1000 * second);
  expect(told.items).toEqual(['1', 'interrupted RESPONSE_TIMEOUT']);
});
