import { describe, expect, test, vi } from 'vitest';
import type { Message } from '../../src/bindings/coap/messages/coap-message.ts';
import { optionNumber, optionTexts, uintOption } from '../../src/bindings/coap/messages/coap-option.ts';
import type { WireMessage } from '../../src/contracts/binding.ts';
import { collector } from '../support/collector.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { jsonAnswer, readOf, scriptedCoap, testClient } from '../support/scripted-coap.ts';

const acknowledgement = { code: '0.00', token: Buffer.alloc(0) } as const;
const pathOf = ({ options }: Message): string => optionTexts(options, optionNumber.uriPath).join('/');
const settled = (answers: readonly Promise<unknown>[]) => Promise.allSettled(answers);
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((next) => setImmediate(next));
};

describe('NSTART', () => {
  test('lets one message wait for its acknowledgement, and none for a late answer', async () => {
    const server = await scriptedCoap((request) => (pathOf(request) === 'a' ? undefined : jsonAnswer(2)));
    const client = testClient();
    const [a, b] = ['a', 'b'].map((path) => client.request(readOf(`${server.base}/${path}`)));
    await server.messages.until(() => true);
    await turns(20);
    expect(server.requests.map(pathOf)).toEqual(['a']);
    const first = server.requests[0] as Message;
    server.send(first, acknowledgement);
    await b;
    expect(server.requests.map(pathOf)).toEqual(['a', 'b']);
    server.send(first, { ...jsonAnswer(1), type: 'NON', id: 7 });
    expect((await a)?.content?.body.toString()).toBe('1');
  });

  test('is 1 unless the client is made with more', async () => {
    const server = await scriptedCoap(() => undefined);
    const client = testClient({ nstart: 3 });
    const paths = ['a', 'b', 'c', 'd'];
    const answers = paths.map((path) => client.request(readOf(`${server.base}/${path}`)));
    await server.messages.until((message) => pathOf(message) === 'c');
    await turns(20);
    expect(server.requests.map(pathOf)).toEqual(['a', 'b', 'c']);
    await client.stop();
    expect((await settled(answers)).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  });

  test('waiting ends by abort and time-out, and keeps nobody else waiting', async () => {
    const clock = fakeClock();
    const server = await scriptedCoap((request) => (pathOf(request) === 'c' ? jsonAnswer(3) : undefined));
    const client = testClient({ clock });
    const closing = new AbortController();
    const hold = client.request(readOf(`${server.base}/a`, { timeout: 1000 }));
    await server.messages.until(() => true);
    const aborted = client.request(readOf(`${server.base}/b`, { signal: closing.signal }));
    const late = client.request(readOf(`${server.base}/b`, { timeout: 500 }));
    const third = client.request(readOf(`${server.base}/c`));
    const outcomes = settled([aborted, late, hold]);
    closing.abort(new Error('enough'));
    clock.advance(500);
    clock.advance(500);
    expect(await outcomes).toMatchObject([
      { reason: { message: 'enough' } },
      { reason: { code: 'RESPONSE_TIMEOUT' } },
      { reason: { code: 'RESPONSE_TIMEOUT' } },
    ]);
    expect((await third).content?.body.toString()).toBe('3');
    expect(server.requests.map(pathOf)).toEqual(['a', 'c']);
  });

  test('keeps a thousand waiting at most', async () => {
    const server = await scriptedCoap(() => undefined);
    const client = testClient();
    const answers = Array.from({ length: 1002 }, () => client.request(readOf(`${server.base}/x`)));
    await expect(answers.at(-1)).rejects.toMatchObject({ kind: 'overloaded', code: 'TOO_MANY_WAITING' });
    await client.stop();
    const codes = (await settled(answers)).map((outcome) => 'reason' in outcome && outcome.reason.code);
    expect(codes.filter((code) => code === 'CLIENT_STOPPED')).toHaveLength(1001);
  });
});

describe('a server that names the time to try again', () => {
  const busy = { code: '5.03', options: [uintOption(optionNumber.maxAge, 2)] } as const;

  test('is read again then', async () => {
    const clock = fakeClock();
    const server = await scriptedCoap((_request, count) => (count === 1 ? busy : jsonAnswer(count)));
    const answer = testClient({ clock }).request(readOf(`${server.base}/x`, { timeout: 10_000 }));
    await server.messages.until(() => true);
    await turns(20);
    clock.advance(1900);
    await turns(20);
    expect(server.requests).toHaveLength(1);
    clock.advance(100);
    expect((await answer).content?.body.toString()).toBe('2');
  });

  test.each([
    ['where that is too late', { op: 'readproperty', timeout: 2000 }],
    ['with a write', { op: 'writeproperty', timeout: 10_000 }],
    ['with an action', { op: 'invokeaction', timeout: 10_000 }],
  ] as const)('is not bothered %s', async (_what, more) => {
    const server = await scriptedCoap(() => busy);
    const refused = testClient({ clock: fakeClock() }).request({ ...readOf(`${server.base}/x`), ...more });
    await expect(refused).rejects.toMatchObject({ kind: 'overloaded', details: { retryAfter: 2 } });
    expect(server.requests).toHaveLength(1);
  });
});

test('a late answer that comes again is acknowledged again, and told', async () => {
  const server = await scriptedCoap(() => acknowledgement);
  const told = collector<WireMessage>();
  const client = testClient();
  const answer = client.request(readOf(`${server.base}/x`, { wire: told.push }));
  const request = (await server.messages.until(() => true))[0] as Message;
  const late = { ...jsonAnswer(1), type: 'CON', id: 99 } as const;
  for (const _ of [1, 2]) server.send(request, late);
  await answer;
  server.send(request, late);
  await vi.waitFor(() => expect(server.requests).toHaveLength(4));
  expect(server.requests.slice(1)).toMatchObject(Array(3).fill({ type: 'ACK', code: '0.00', id: 99 }));
  server.send(request, { ...late, id: 100 });
  await server.messages.until(({ type, id }) => type === 'RST' && id === 100);
  expect(told.items.map(({ start }) => start).slice(-2)).toEqual(['CON 2.05 Content', 'ACK']);
});

test('an answer that repeats an earlier one is not taken for the next', async () => {
  const server = await scriptedCoap((request, count) => [
    ...(count === 2 ? [{ ...jsonAnswer('old'), id: request.id - 1 }] : []),
    { ...jsonAnswer(count), token: request.token },
  ]);
  const client = testClient();
  for (const expected of ['1', '2']) {
    const { content } = await client.request(readOf(`${server.base}/x`));
    expect(content?.body.toString()).toBe(expected);
  }
});

describe('a peer that cannot be reached any more', () => {
  test('is told at once to all who wait, also those with an acknowledgement', async () => {
    const server = await scriptedCoap(() => acknowledgement);
    const client = testClient({ clock: fakeClock() });
    const waits = client.request(readOf(`${server.base}/a`, { timeout: 0 }));
    const outcome = expect(waits).rejects.toMatchObject({ kind: 'unavailable', code: 'UNREACHABLE' });
    await server.messages.until(() => true);
    await server.close();
    await expect(client.request(readOf(`${server.base}/b`, { timeout: 0 }))).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    await outcome;
  });

  test('is observed anew, from another socket, when it is there again', async () => {
    const clock = fakeClock();
    const observed = (value: number) => jsonAnswer(value, uintOption(optionNumber.observe, 1));
    const before = await scriptedCoap(() => observed(1));
    const client = testClient({ clock });
    const told = collector<string>();
    await client.subscribe(
      { ...readOf(`${before.base}/x`), op: 'observeproperty' },
      {
        next: ({ content }) => told.push(String(content && Buffer.from(content.body))),
        interrupted: () => told.push('interrupted'),
        resumed: () => told.push('resumed'),
        failed: () => told.push('failed'),
        ended: () => told.push('ended'),
      },
    );
    await before.close();
    await expect(client.request(readOf(`${before.base}/x`))).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await told.until((each) => each === 'interrupted');
    const after = await scriptedCoap(() => observed(2), Number(new URL(before.base).port));
    for (; !told.items.includes('2'); await turns(1)) clock.advance(100);
    expect(told.items).toEqual(['1', 'interrupted', 'resumed', '2']);
    expect([...before.ports]).not.toEqual([...after.ports]);
  });
});
