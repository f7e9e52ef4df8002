import type { Socket } from 'node:dgram';
import { createServer, type IncomingMessage, type OutgoingMessage } from 'coap';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { consume } from '../../src/consumer/consume.ts';
import { collector } from '../support/collector.ts';
import { readOf, testClient } from '../support/scripted-coap.ts';
import { isLoopbackOnly, skippedNote, stockCoap } from '../support/stock-coap.ts';

const large = JSON.stringify('é'.repeat(50_000));

describe('a server of npm coap', () => {
  async function npmServer(serve: (request: IncomingMessage, response: OutgoingMessage) => void) {
    const server = createServer(serve);
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server._sock as Socket).address().port));
    });
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    return `coap://127.0.0.1:${port}/x`;
  }

  test.each([64, 256, 1024] as const)('takes and gives 100 KB in blocks of %i', async (blockSize) => {
    let stored: Buffer = Buffer.alloc(0);
    const href = await npmServer(({ method, payload }, response) => {
      if (method === 'PUT') stored = payload;
      response.setOption('Content-Format', 'application/json');
      response.end(method === 'PUT' ? undefined : stored);
    });
    const client = testClient({ blockSize });
    const content = { type: 'application/json', body: Buffer.from(large) };
    await client.request({ ...readOf(href), op: 'writeproperty', content, timeout: 15_000 });
    expect((await client.request(readOf(href, { timeout: 15_000 }))).content?.body.toString()).toBe(large);
  });

  test('is invoked, and observed until the end', async () => {
    const told = collector<string>();
    let stopped = false;
    const href = await npmServer(({ method, payload, headers }, response) => {
      response.setOption('Content-Format', 'application/json');
      if (method === 'POST') return void response.end(payload);
      if (headers['Observe'] === undefined || headers['Observe'] === 1) return void response.end('0');
      let count = 0;
      const timer = setInterval(() => response.write(String(++count)), 20);
      response.on('finish', () => {
        stopped = true;
        clearInterval(timer);
      });
      response.write('0');
      return undefined;
    });
    const client = testClient();
    const content = { type: 'application/json', body: Buffer.from('[1]') };
    const answer = await client.request({ ...readOf(href), op: 'invokeaction', content });
    expect(answer.content?.body.toString()).toBe('[1]');
    const end = await client.subscribe(
      { ...readOf(href), op: 'observeproperty' },
      {
        next: (notification) => told.push(String(notification.content?.body)),
        failed: (error) => told.push(String(error)),
        ended: () => told.push('ended'),
      },
    );
    await told.until((value) => value === '3');
    await end();
    expect(told.items.slice(0, 4)).toEqual(['0', '1', '2', '3']);
    await vi.waitFor(() => expect(stopped).toBe(true)); // it heeds the reset alone
  });
});

describe.skipIf(isLoopbackOnly)(`a stock node-wot Thing${skippedNote}`, () => {
  // Its server can send no value of more than one message: reading that ends its process.
  test('has 100 KB written and given to an action, its TD read in blocks, and tells why it fails', async () => {
    const { produced, base, parseTd } = await stockCoap({
      title: 'stock',
      properties: { text: { type: 'string', writeOnly: true } },
      actions: { length: { input: { type: 'string' }, output: { type: 'integer' } }, fail: {} },
    });
    let text = '';
    produced.setPropertyWriteHandler('text', async (value) => {
      text = String(await value.value());
    });
    produced.setActionHandler('length', async (value) => String(await value.value()).length);
    produced.setActionHandler('fail', () => Promise.reject(new Error('Stuck.')));
    await produced.expose();
    const client = testClient({ blockSize: 64 });
    const read = await client.request(readOf(`${base}/stock`));
    const thing = await consume(parseTd(String(read.content?.body)), { timeout: 5000, clients: [client] });
    onTestFinished(() => thing.stop());
    await thing.properties['text']?.write('b'.repeat(100_000));
    expect(text).toBe('b'.repeat(100_000));
    expect(await thing.actions['length']?.invoke('c'.repeat(3000))).toBe(3000);
    await expect(thing.actions['fail']?.invoke()).rejects.toMatchObject({
      kind: 'internal',
      details: { status: '5.00' },
      message: expect.stringContaining('Stuck.'),
    });
  });
});
