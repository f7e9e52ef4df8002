import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { encode } from 'cbor2';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { blockOption } from '../../src/bindings/coap/messages/block.ts';
import type { Message } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionBytes,
  optionNumber,
  optionTexts,
  optionUint,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { jsonAnswer, readOf, scriptedCoap, testClient } from '../support/scripted-coap.ts';

test.each([
  [{ nstart: 0 }, 'nstart is 0; give 1 or more'],
  [{ nstart: Number.NaN }, 'nstart is NaN; give 1 or more'],
  [{ blockSize: 100 as 64 }, 'blockSize is 100; give one of 16, 32, 64, 128, 256, 512, 1024'],
])('refuses the options %j', (options, what) => {
  expect(() => testClient(options)).toThrow(
    expect.objectContaining({
      kind: 'invalid',
      code: 'COAP_OPTIONS_INVALID',
      message: `coapClient: the option ${what}.`,
    }),
  );
});

test('sends path, query and formats as options', async () => {
  const { base, requests } = await scriptedCoap(() => jsonAnswer(1));
  const href = `${base}/a%2Fb/%C3%BC?x=1%262&y`;
  await testClient().request({
    op: 'invokeaction',
    form: { href, 'cov:method': 'FETCH', response: { contentType: 'application/cbor' } },
    content: { type: 'application/json', body: Buffer.from('[]') },
    timeout: 3000,
  });
  const { code, options, payload } = requests[0] as Message;
  expect([code, payload.toString()]).toEqual(['0.05', '[]']);
  expect(optionTexts(options, optionNumber.uriPath)).toEqual(['a/b', 'ü']);
  expect(optionTexts(options, optionNumber.uriQuery)).toEqual(['x=1&2', 'y']);
  expect([optionUint(options, optionNumber.contentFormat), optionUint(options, optionNumber.accept)]).toEqual(
    [50, 60],
  );
});

test('takes a separate response and acknowledges it', async () => {
  const { base, requests } = await scriptedCoap((request) => [
    { code: '0.00', token: Buffer.alloc(0) },
    { ...jsonAnswer(5), type: 'CON', id: 4711, token: request.token },
  ]);
  const { content } = await testClient().request(readOf(`${base}/x`));
  expect(content?.body.toString()).toBe('5');
  await vi.waitFor(() => expect(requests[1]).toMatchObject({ type: 'ACK', code: '0.00', id: 4711 }));
});

test.each([
  [
    'a problem in JSON',
    jsonAnswer({ kind: 'conflict', code: 'JAMMED', detail: 'Stuck.' }),
    { kind: 'conflict', code: 'JAMMED', message: 'Stuck.' },
  ],
  [
    'a problem of RFC 9290',
    {
      payload: Buffer.from(
        encode(
          new Map<unknown, unknown>([
            [-2, 'Stuck.'],
            ['urn:thingwright:problem', { code: 'JAMMED' }],
          ]),
        ),
      ),
      options: [uintOption(optionNumber.contentFormat, 257)],
    },
    { kind: 'precondition', code: 'JAMMED', message: 'Stuck.' },
  ],
  [
    'a diagnostic text',
    { payload: Buffer.from('Stuck.') },
    { kind: 'precondition', message: expect.stringContaining('Stuck.') },
  ],
  ['nothing', {}, { kind: 'precondition', message: expect.stringContaining('4.12') }],
  [
    'bytes that are not CBOR',
    { payload: Buffer.from([0xff]), options: [uintOption(optionNumber.contentFormat, 257)] },
    { kind: 'precondition' },
  ],
])('an error with %s keeps code and reason', async (_what, answer, expected) => {
  const { base } = await scriptedCoap(() => ({ ...answer, code: '4.12' }));
  await expect(testClient().request(readOf(`${base}/x`))).rejects.toMatchObject({
    ...expected,
    details: { status: '4.12' },
  });
});

/** Answers in two blocks; the content changes after the first block of the first `changes` answers. */
function changing(changes: number) {
  let version = 0;
  return ({ options }: Message): Partial<Message> => {
    const num = (optionUint(options, optionNumber.block2) ?? 0) >> 4;
    const etag = { number: optionNumber.etag, value: Buffer.from([version]) };
    if (num === 0 && version < changes) version++;
    const block = blockOption(optionNumber.block2, { num, more: num === 0, size: 16 });
    const letter = num === 0 ? '"xxxxxxxxxxxxxxx' : 'x"';
    return { payload: Buffer.from(letter), options: [uintOption(12, 50), etag, block] };
  };
}

test('begins again when the content changes while it is fetched, three times at most', async () => {
  const twice = await scriptedCoap(changing(2));
  const { content } = await testClient().request(readOf(`${twice.base}/x`));
  expect(content?.body.toString()).toBe(`"${'x'.repeat(16)}"`);
  expect(twice.requests).toHaveLength(6);
  const always = await scriptedCoap(changing(Number.POSITIVE_INFINITY));
  await expect(testClient().request(readOf(`${always.base}/x`))).rejects.toMatchObject({
    kind: 'conflict',
    code: 'CONTENT_CHANGED',
  });
  expect(always.requests).toHaveLength(8);
});

test('does not repeat an action whose large answer was lost', async () => {
  const { base, requests } = await scriptedCoap(changing(1));
  const invoked = testClient().request({ ...readOf(`${base}/x`), op: 'invokeaction' });
  await expect(invoked).rejects.toMatchObject({ code: 'CONTENT_CHANGED' });
  expect(requests).toHaveLength(2);
});

test('tells requests to one resource apart by a Request-Tag, where they are not plain reads', async () => {
  const { base, requests } = await scriptedCoap(() => jsonAnswer(1, uintOption(optionNumber.observe, 1)));
  const made = testClient();
  const listener = { next: vi.fn(), failed: vi.fn(), ended: vi.fn() };
  for (const op of ['invokeaction', 'invokeaction', 'writeproperty', 'readproperty'] as const) {
    await made.request({ ...readOf(`${base}/x`), op });
  }
  for (const _ of [1, 2]) await made.subscribe({ ...readOf(`${base}/x`), op: 'observeproperty' }, listener);
  const tags = requests.map(({ options }) => optionBytes(options, optionNumber.requestTag)?.toString('hex'));
  expect([tags[2], tags[3]]).toEqual([undefined, undefined]); // what is small and answered small needs none
  expect(new Set(tags).size).toBe(5);
});

test('hears at once that nobody listens at a port', async () => {
  const { base } = await closedPort();
  const made = testClient({ clock: fakeClock() });
  await expect(made.request(readOf(`${base}/x`, { timeout: 0 }))).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'UNREACHABLE',
    details: { href: `${base}/x` },
  });
});

async function closedPort() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const base = `coap://127.0.0.1:${socket.address().port}`;
  await new Promise<void>((resolve) => socket.close(resolve));
  return { base };
}

test('keeps the socket of a peer for a minute after it was used', async () => {
  const clock = fakeClock();
  const { base, ports } = await scriptedCoap(() => jsonAnswer(1));
  const made = testClient({ clock });
  for (const pause of [0, 59_000, 59_000]) {
    clock.advance(pause);
    await made.request(readOf(`${base}/x`));
  }
  expect(ports.size).toBe(1);
  clock.advance(60_000);
  await made.request(readOf(`${base}/x`));
  expect(ports.size).toBe(2);
});

test('gives the location of what was created, absolute', async () => {
  const options = ['a', 'b c/d'].map((segment) => textOption(optionNumber.locationPath, segment));
  const { base } = await scriptedCoap(() => ({ code: '2.01', options }));
  const { location } = await testClient().request({ ...readOf(`${base}/x`), op: 'invokeaction' });
  expect(location).toBe(`${base}/a/b%20c%2Fd`);
});

test('repeats what is not acknowledged, and gives up', async () => {
  const clock = fakeClock();
  const { base, requests } = await scriptedCoap(() => undefined);
  const answer = testClient({ clock }).request(readOf(`${base}/x`, { timeout: 0 }));
  const outcome = expect(answer).rejects.toMatchObject({ kind: 'timeout', code: 'NO_ANSWER' });
  await vi.waitFor(() => expect(requests).toHaveLength(1));
  clock.advance(3000);
  await vi.waitFor(() => expect(requests.map(({ id }) => id)).toEqual([requests[0]?.id, requests[0]?.id]));
  clock.advance(100_000);
  await outcome;
});

test('ends by time-out, abort, reset and stop', async () => {
  const { base } = await scriptedCoap(({ options }) =>
    optionTexts(options, optionNumber.uriPath)[0] === 'reset'
      ? { type: 'RST', code: '0.00', token: Buffer.alloc(0) }
      : undefined,
  );
  const made = testClient();
  await expect(made.request(readOf(`${base}/x`, { timeout: 20 }))).rejects.toMatchObject({
    code: 'RESPONSE_TIMEOUT',
  });
  await expect(made.request(readOf(`${base}/reset`))).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'RESET',
  });
  const reason = new Error('enough');
  await expect(made.request(readOf(`${base}/x`, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  const open = expect(made.request(readOf(`${base}/x`))).rejects.toMatchObject({ code: 'CLIENT_STOPPED' });
  await made.stop();
  await open;
  await expect(made.request(readOf(`${base}/x`))).rejects.toMatchObject({ code: 'CLIENT_STOPPED' });
});

test('refuses what it cannot send', async () => {
  const content = { type: 'image/webp', body: Buffer.from('x') };
  const made = testClient();
  await expect(made.request(readOf('coap://'))).rejects.toMatchObject({ code: 'HREF_INVALID' });
  await expect(made.request(readOf('coap://127.0.0.1/%zz'))).rejects.toMatchObject({ code: 'HREF_INVALID' });
  await expect(made.request(readOf(`coap://127.0.0.1/${'x'.repeat(256)}`))).rejects.toMatchObject({
    code: 'HREF_INVALID',
  });
  await expect(made.request(readOf('coap://127.0.0.1/x', { content }))).rejects.toMatchObject({
    kind: 'unsupported-media',
  });
  expect(made.supports('readproperty', { href: 'coap://h/x', 'cov:method': 'BREW' })).toBe(false);
  expect(made.supports('observeproperty', { href: 'coap://h/x', subprotocol: 'longpoll' })).toBe(false);
  expect(made.supports('unobserveproperty', { href: 'coap://h/x' })).toBe(false);
});

test('says that a resource cannot be observed', async () => {
  const { base } = await scriptedCoap(() => jsonAnswer(1));
  const listener = { next: vi.fn(), failed: vi.fn(), ended: vi.fn() };
  const subscribing = testClient().subscribe({ ...readOf(`${base}/x`), op: 'observeproperty' }, listener);
  await expect(subscribing).rejects.toMatchObject({ kind: 'not-allowed', code: 'NOT_OBSERVABLE' });
});

test('drops notifications that come too late, and cancels with the same token', async () => {
  const observed = (value: number, sequence: number, id: number): Partial<Message> => ({
    ...jsonAnswer(value, uintOption(optionNumber.observe, sequence)),
    type: 'NON',
    id,
  });
  const { base, requests } = await scriptedCoap(({ options }) =>
    optionUint(options, optionNumber.observe) === 0
      ? [{ ...observed(1, 10, 0), type: 'NON' }, observed(3, 12, 1), observed(2, 11, 2), observed(4, 13, 3)]
      : jsonAnswer(0),
  );
  const values: string[] = [];
  const listener = {
    next: ({ content }: { readonly content?: { readonly body: Uint8Array } }) =>
      values.push(String(content?.body)),
    failed: vi.fn(),
    ended: vi.fn(),
  };
  const end = await testClient().subscribe({ ...readOf(`${base}/x`), op: 'observeproperty' }, listener);
  await vi.waitFor(() => expect(values).toEqual(['1', '3', '4']));
  await end();
  await end();
  const sent = requests.filter(({ code }) => code === '0.01');
  expect(sent.map(({ options }) => optionUint(options, optionNumber.observe))).toEqual([0, 1]);
  expect(sent[1]?.token).toEqual(sent[0]?.token);
  expect([listener.failed, listener.ended].every((told) => told.mock.calls.length === 0)).toBe(true);
});

test('fetches the blocks of what an observation was renewed with', async () => {
  const clock = fakeClock();
  const etag = Buffer.alloc(8);
  etag.writeBigUInt64BE(1_700_000_000_000_000n);
  const records = JSON.stringify([{ id: 1_700_000_000_000_001, data: 2 }]);
  const { base } = await scriptedCoap(({ options }) => {
    const renews = optionTexts(options, optionNumber.uriQuery).includes('after=1700000000000000');
    if (!renews)
      return jsonAnswer(1, { number: optionNumber.etag, value: etag }, uintOption(optionNumber.observe, 1));
    const num = (optionUint(options, optionNumber.block2) ?? 0) >> 4;
    const more = (num + 1) * 32 < records.length;
    return {
      payload: Buffer.from(records.slice(num * 32, (num + 1) * 32)),
      options: [
        uintOption(optionNumber.contentFormat, 50),
        blockOption(optionNumber.block2, { num, more, size: 32 }),
        ...(num === 0 ? [uintOption(optionNumber.observe, 2)] : []),
      ],
    };
  });
  const listener = { next: vi.fn(), failed: vi.fn(), ended: vi.fn() };
  await testClient({ clock }).subscribe({ ...readOf(`${base}/x`), op: 'observeproperty' }, listener);
  await vi.waitFor(() => expect(listener.next).toHaveBeenCalledOnce());
  clock.advance(80_000);
  await vi.waitFor(() => expect(listener.next).toHaveBeenCalledTimes(2));
  expect(listener.next.mock.lastCall?.[0]).toMatchObject({ id: '1700000000000001' });
});

test('any answer, in blocks of any sort, is a result or a WotError', async () => {
  const option = fc.oneof(
    fc
      .record({ num: fc.nat(3), more: fc.boolean(), size: fc.constantFrom(16, 64, 1024) })
      .map((block) => blockOption(23, block)),
    fc
      .record({ num: fc.nat(3), more: fc.boolean(), size: fc.constantFrom(16, 1024) })
      .map((block) => blockOption(27, block)),
    fc
      .record({
        number: fc.constantFrom(4, 6, 8, 12, 14, 20, 23, 27, 28, 2049),
        value: fc.uint8Array({ maxLength: 5 }),
      })
      .map(({ number, value }) => ({ number, value: Buffer.from(value) })),
  );
  const answer = fc.record({
    code: fc.constantFrom('2.05', '2.31', '2.04', '4.13', '4.04', '5.03'),
    options: fc.array(option, { maxLength: 4 }),
    payload: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  });
  const answers = fc.sample(answer, { numRuns: 300, seed: 7 });
  let turn = 0;
  const { base } = await scriptedCoap((_request, count) => answers[(turn + count) % answers.length]);
  const made = testClient();
  const body = Buffer.alloc(1500);
  const outcomes = { result: 0, error: 0 };
  for (; turn < 150; turn++) {
    const content = turn % 2 === 0 ? {} : { content: { type: 'application/octet-stream', body } };
    await made.request(readOf(`${base}/x`, { timeout: 30, ...content })).then(
      () => outcomes.result++,
      (error) => {
        expect(error).toMatchObject({ name: 'WotError', code: expect.stringMatching(/^[A-Z][A-Z0-9_]*$/) });
        outcomes.error++;
      },
    );
  }
  expect(Math.min(outcomes.result, outcomes.error)).toBeGreaterThan(0);
});

test('an idle client lets its process end', async () => {
  const { base } = await scriptedCoap(() => jsonAnswer(1));
  const program = `
    import { coapClient } from './src/bindings/coap/coap-client.ts';
    const { content } = await coapClient().request({ op: 'readproperty', form: { href: '${base}/x' }, timeout: 3000 });
    process.stdout.write(Buffer.from(content.body));`;
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--conditions=thingwright-source',
    '-e',
    program,
  ]);
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'close');
  expect([said, code]).toEqual(['1', 0]);
});
