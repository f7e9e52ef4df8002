import { describe, expect, test } from 'vitest';
import type { CoapClientOptions } from '../../src/bindings/coap/coap-client.ts';
import { type Block, blockOption, readBlock } from '../../src/bindings/coap/messages/block.ts';
import type { CoapOption, Message } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionBytes,
  optionNumber,
  optionUint,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import {
  type Answer,
  readOf,
  type ScriptedCoap,
  scriptedCoap,
  testClient,
} from '../support/scripted-coap.ts';

const { block1, block2 } = optionNumber;
const blockOf = ({ options }: Message, number: number = block1): Block =>
  readBlock(options, number) ?? { num: 0, more: false, size: 0 };
const tagOf = ({ options }: Message): string | undefined =>
  optionBytes(options, optionNumber.requestTag)?.toString('hex');
const hint = (num: number, more: boolean, size: number): CoapOption =>
  blockOption(block1, { num, more, size });

const body = Buffer.from(Array.from({ length: 3000 }, (_, at) => at % 251));

function upload({ base }: ScriptedCoap, options: CoapClientOptions = {}, payload = body) {
  return testClient(options).request({
    op: 'writeproperty',
    form: { href: `${base}/x` },
    content: { type: 'application/octet-stream', body: payload },
    timeout: 3000,
  });
}

/** What the blocks from the last first one on put together. */
function assembled({ requests }: ScriptedCoap): Buffer {
  const begun = requests.findLastIndex((request) => blockOf(request).num === 0);
  return Buffer.concat(requests.slice(begun).map(({ payload }) => payload));
}

describe('an upload', () => {
  test('goes on in smaller blocks as soon as the server wishes, never in larger ones', async () => {
    const wishes = [512, 1024, 64, 256];
    const server = await scriptedCoap((request, count) => {
      const { num, more } = blockOf(request);
      return { code: more ? '2.31' : '2.04', options: [hint(num, more, wishes[count - 1] ?? 1024)] };
    });
    await upload(server);
    expect(server.requests.slice(0, 5).map((request) => blockOf(request))).toEqual([
      { num: 0, more: true, size: 1024 },
      { num: 2, more: true, size: 512 },
      { num: 3, more: true, size: 512 },
      { num: 32, more: true, size: 64 },
      { num: 33, more: true, size: 64 },
    ]);
    expect(assembled(server)).toEqual(body);
    expect(new Set(server.requests.map(tagOf)).size).toBe(1);
  });

  test.each([0, 1])('begins again in smaller blocks after 4.13 to block %i', async (refusedAt) => {
    const server = await scriptedCoap((request) => {
      const { num, more, size } = blockOf(request);
      if (size === 1024 && num === refusedAt) return { code: '4.13', options: [hint(num, more, 512)] };
      return { code: more ? '2.31' : '2.04', options: [hint(num, more, size)] };
    });
    await upload(server);
    expect(assembled(server)).toEqual(body);
    expect(server.requests).toHaveLength(refusedAt + 7);
    expect(new Set(server.requests.map(tagOf)).size).toBe(2);
  });

  test('of what fits one message goes in blocks where the server wants that', async () => {
    const server = await scriptedCoap((request) => {
      const { num, more, size } = blockOf(request);
      if (size === 0) return { code: '4.13', options: [hint(0, false, 64)] };
      return { code: more ? '2.31' : '2.04', options: [hint(num, more, size)] };
    });
    await upload(server, {}, body.subarray(0, 500));
    expect(assembled(server)).toEqual(body.subarray(0, 500));
  });

  test('begins again once when the server has lost the blocks before', async () => {
    const lossy = (losses: number) => {
      let lost = 0;
      return (request: Message): Answer => {
        const { num, more, size } = blockOf(request);
        if (num === 1 && lost++ < losses) return { code: '4.08' };
        return { code: more ? '2.31' : '2.04', options: [hint(num, more, size)] };
      };
    };
    const once = await scriptedCoap(lossy(1));
    await upload(once);
    expect(assembled(once)).toEqual(body);
    expect(new Set(once.requests.map(tagOf)).size).toBe(2);
    const twice = await scriptedCoap(lossy(2));
    await expect(upload(twice)).rejects.toMatchObject({ kind: 'conflict', details: { status: '4.08' } });
    expect(twice.requests).toHaveLength(4);
  });

  test('ends with an error to any of its blocks', async () => {
    const server = await scriptedCoap((_request, count) => ({ code: count === 2 ? '4.00' : '2.31' }));
    await expect(upload(server)).rejects.toMatchObject({ kind: 'invalid' });
    expect(server.requests).toHaveLength(2);
  });

  test('goes on where each block is carried out by itself', async () => {
    const server = await scriptedCoap((request) => {
      const { num, size } = blockOf(request);
      return { code: '2.04', options: [hint(num, false, size)] };
    });
    await upload(server);
    expect(assembled(server)).toEqual(body);
  });

  test.each([
    ['takes the first block for the whole', '2.04'],
    ['wants more than there is', '2.31'],
  ])('to a server that %s fails', async (_what, code) => {
    await expect(upload(await scriptedCoap(() => ({ code })))).rejects.toMatchObject({
      code: 'PROTOCOL_BROKEN',
    });
  });

  test('uses one token over UDP, for servers that know it by that', async () => {
    const server = await scriptedCoap((request) => ({ code: blockOf(request).more ? '2.31' : '2.04' }));
    await upload(server);
    expect(new Set(server.requests.map(({ token }) => token.toString('hex'))).size).toBe(1);
  });

  test('whose blocks cannot be numbered is refused before anything is sent', async () => {
    const server = await scriptedCoap(() => ({ code: '2.31' }));
    const large = Buffer.alloc(16 * 2 ** 20 + 1);
    await expect(upload(server, { blockSize: 16 }, large)).rejects.toMatchObject({
      kind: 'too-large',
      code: 'REQUEST_TOO_LARGE',
    });
    expect(server.requests).toHaveLength(0);
  });
});

/** Serves `whole` in the blocks that are asked for, 1024 bytes at most; `change` may spoil an answer. */
function download(
  whole: Buffer,
  change: (answer: Partial<Message>, num: number) => Answer = (answer) => answer,
) {
  return scriptedCoap((request) => {
    const { num, size } = readBlock(request.options, block2) ?? { num: 0, size: 1024 };
    const payload = whole.subarray(num * size, (num + 1) * size);
    const options = [
      uintOption(optionNumber.contentFormat, 42),
      blockOption(block2, { num, more: (num + 1) * size < whole.length, size }),
    ];
    return change({ payload, options }, num);
  });
}

const fetched = async ({ base }: ScriptedCoap, options: CoapClientOptions = {}) =>
  (await testClient(options).request(readOf(`${base}/x`))).content?.body;

describe('a download', () => {
  test('is in blocks of the size that the client is made with, from the first one on', async () => {
    const server = await download(body);
    expect(await fetched(server, { blockSize: 64 })).toEqual(body);
    expect(server.requests.map((request) => blockOf(request, block2).size)).toEqual(Array(47).fill(64));
  });

  test('may end with an empty block', async () => {
    const [first, nothing] = [body.subarray(0, 1024), Buffer.alloc(0)];
    const server = await scriptedCoap((_request, count) => ({
      payload: count === 1 ? first : nothing,
      options: [
        uintOption(optionNumber.contentFormat, 42),
        blockOption(block2, { num: count - 1, more: count === 1, size: 1024 }),
      ],
    }));
    expect(await fetched(server)).toEqual(first);
  });

  test.each([
    ['begins in the middle', 0, { options: [blockOption(block2, { num: 1, more: false, size: 64 })] }],
    ['has an empty first block', 0, { payload: Buffer.alloc(0) }],
    ['has a block that is not full', 0, { payload: body.subarray(0, 100) }],
    ['repeats a block', 1, { options: [blockOption(block2, { num: 0, more: true, size: 1024 })] }],
    ['loses its block option', 1, { options: [] }],
    ['has a block size that UDP has not', 0, { options: [{ number: block2, value: Buffer.of(15) }] }],
  ])('that %s is refused', async (_what, at, spoiled) => {
    const server = await download(body, (answer, num) => (num === at ? { ...answer, ...spoiled } : answer));
    await expect(fetched(server)).rejects.toMatchObject({ name: 'WotError', code: 'PROTOCOL_BROKEN' });
  });

  test('is bounded, by what the server says or by what it sends', async () => {
    const telling = await download(body, (answer) => ({
      ...answer,
      options: [...(answer.options ?? []), uintOption(optionNumber.size2, 3000)],
    }));
    const silent = await download(body);
    for (const server of [telling, silent])
      await expect(fetched(server, { maxBody: 2000 })).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
    expect([telling, silent].map(({ requests }) => requests.length)).toEqual([1, 2]);
  });

  test('keeps the Request-Tag of a request whose answer is large', async () => {
    const server = await download(body);
    const answer = await testClient().request({ ...readOf(`${server.base}/x`), op: 'invokeaction' });
    expect(answer.content?.body).toEqual(body);
    expect(new Set(server.requests.map(tagOf)).size).toBe(1);
    expect(tagOf(server.requests[0] as Message)).toBeDefined();
  });
});

describe('Echo', () => {
  const echo = (text: string): CoapOption => ({ number: optionNumber.echo, value: Buffer.from(text) });
  const echoOf = ({ options }: Message): string | undefined =>
    optionBytes(options, optionNumber.echo)?.toString();

  test('is sent once more with what was refused for it, in an upload too', async () => {
    const server = await scriptedCoap((request, count) => {
      if (count === 2) return { code: '4.01', options: [echo('fresh')] };
      return { code: blockOf(request).more ? '2.31' : '2.04' };
    });
    await upload(server);
    expect(server.requests.map((request) => [blockOf(request).num, echoOf(request)])).toEqual([
      [0, undefined],
      [1, undefined],
      [1, 'fresh'],
      [2, undefined],
    ]);
    const never = await scriptedCoap(() => ({ code: '4.01', options: [echo('no')] }));
    await expect(fetched(never)).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(never.requests.map(echoOf)).toEqual([undefined, 'no']);
  });

  test('of an answer goes with the next request to that server, and no other', async () => {
    const one = await scriptedCoap((_request, count) => ({ options: count === 1 ? [echo('here')] : [] }));
    const other = await scriptedCoap(() => ({}));
    const client = testClient();
    for (const { base } of [one, other, one, one]) await client.request(readOf(`${base}/x`));
    expect([...one.requests, ...other.requests].map(echoOf)).toEqual([
      undefined,
      'here',
      undefined,
      undefined,
    ]);
  });

  test('lets a read begin again where the server held itself back', async () => {
    const server = await scriptedCoap((request) => {
      const asked = readBlock(request.options, block2);
      const isShown = echoOf(request) !== undefined || asked !== undefined;
      const { num, size } = asked ?? { num: 0, size: isShown ? 1024 : 64 };
      const more = (num + 1) * size < body.length;
      return {
        payload: body.subarray(num * size, (num + 1) * size),
        options: [
          uintOption(optionNumber.contentFormat, 42),
          blockOption(block2, { num, more, size }),
          ...(isShown ? [] : [echo('shown')]),
        ],
      };
    });
    expect(await fetched(server)).toEqual(body);
    expect(server.requests.map((request) => optionUint(request.options, block2))).toHaveLength(4);
  });
});
