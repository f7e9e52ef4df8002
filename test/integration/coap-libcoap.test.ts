import { beforeAll, describe, expect, type TestContext, test, vi } from 'vitest';
import { type CoapClientOptions, coapClient } from '../../src/bindings/coap/coap-client.ts';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { collector } from '../support/collector.ts';
import { fetchTd } from '../support/fetch-td.ts';
import { askLibcoap, libcoap, startCoapClient, startCoapServer } from '../support/libcoap.ts';

/** After 4 s, as separate responses are wont to come. */
const later = (text: string) => new Promise<string>((resolve) => setTimeout(resolve, 4000, text));

async function valve({ onTestFinished }: TestContext, host = '127.0.0.1') {
  const servient = createServient({ bindings: [coap({ port: 0, host })] });
  await servient.start();
  onTestFinished(() => servient.stop());
  let thing: ThingHandle | undefined;
  await servient.expose({
    td: {
      title: 'Valve',
      properties: {
        open: { type: 'boolean', observable: true },
        text: { type: 'string', observable: true },
        'über/%': { type: 'integer' },
      },
      actions: {
        turn: { input: { type: 'integer' }, output: { type: 'integer' } },
        drain: { synchronous: false },
        settle: { output: { type: 'string' } },
      },
    },
    options: { name: 'valve' },
    handlers: (handle) => {
      thing = handle;
      return {
        properties: {
          open: { initial: false },
          text: { initial: 'é'.repeat(50_000) },
          'über/%': { initial: 7 },
        },
        actions: {
          turn: (input) => Number(input) * 2,
          drain: () => undefined,
          settle: () => later('settled'),
        },
      };
    },
  });
  return {
    base: `${servient.addresses[0]}/things/valve`,
    origin: servient.addresses[0] ?? '',
    thing: thing as ThingHandle,
  };
}

describe.skipIf(libcoap.missing).concurrent(`libcoap's coap-client${libcoap.note}`, () => {
  test('reads and writes', async (context) => {
    const { base, thing } = await valve(context);
    expect(await askLibcoap(`${base}/properties/open`)).toBe('false');
    expect(await askLibcoap('-m', 'put', '-e', 'true', `${base}/properties/open`)).toBe('');
    expect(thing.get('open')).toBe(true);
    expect(await askLibcoap(`${base}/properties/%C3%BCber%2F%25`)).toBe('7');
    expect(await askLibcoap('-m', 'put', '-t', '60', '-f', '/dev/null', `${base}/properties/open`)).toMatch(
      /^4\.00/,
    );
  });

  test.for(['16', '64', '256', '1024'])('reads 100 KB in blocks of %s', async (size, context) => {
    const { base, thing } = await valve(context);
    const text = size === '16' ? 'é'.repeat(1000) : 'é'.repeat(50_000);
    thing.set('text', text);
    expect(await askLibcoap('-b', size, `${base}/properties/text`)).toBe(JSON.stringify(text));
  });

  test.for(['64', '1024'])('writes 100 KB in blocks of %s', async (size, context) => {
    const { base, thing } = await valve(context);
    const text = 'a'.repeat(100_000);
    expect(
      await askLibcoap('-b', size, '-m', 'put', '-e', JSON.stringify(text), `${base}/properties/text`),
    ).toBe('');
    expect(thing.get('text')).toBe(text);
  });

  test('invokes, the answer may take 4 s', async (context) => {
    const { base } = await valve(context);
    const settling = askLibcoap('-m', 'post', `${base}/actions/settle`);
    expect(await askLibcoap('-m', 'post', '-e', '21', `${base}/actions/turn`)).toBe('42');
    expect(await askLibcoap('-m', 'post', `${base}/actions/drain`)).toContain(
      '"href":"/things/valve/actions/drain/',
    );
    expect(await settling).toBe('"settled"');
  });

  test('reads several properties by FETCH', async (context) => {
    const { base } = await valve(context);
    expect(await askLibcoap('-m', 'fetch', '-e', '["open"]', `${base}/properties`)).toBe('{"open":false}');
  });

  test('discovers and gets the TD', async (context) => {
    const { base, origin } = await valve(context);
    expect(await askLibcoap(`${origin}/.well-known/core`)).toContain('</things/valve>;rt="wot.thing";ct=432');
    expect(JSON.parse(await askLibcoap('-A', '432', base))).toMatchObject({ title: 'Valve' });
  });

  test('sees why a request fails', async (context) => {
    const { base } = await valve(context);
    expect(await askLibcoap(`${base}/properties/nothing`)).toMatch(/^4\.04.*PATH_UNKNOWN/s);
  });

  test('observes, large values too', async (context) => {
    const { base, thing } = await valve(context);
    const { output, stop } = startCoapClient('-s', '30', '-w', `${base}/properties/text`);
    context.onTestFinished(stop);
    const large = 'b'.repeat(3000);
    for (const text of ['x', large, 'z']) {
      await vi.waitFor(() => expect(output().length).toBeGreaterThan(0), { timeout: 5000 });
      thing.set('text', text);
      await vi.waitFor(() => expect(output()).toContain(JSON.stringify(text)), { timeout: 5000 });
    }
  });

  test('works over IPv6', async (context) => {
    const { base } = await valve(context, '::1');
    expect(base).toMatch(/^coap:\/\/\[::1\]:/);
    expect(await askLibcoap(`${base}/properties/open`)).toBe('false');
    const client = coapClient();
    context.onTestFinished(() => client.stop());
    expect(await fetchTd(client, base)).toMatchObject({ title: 'Valve' });
  });
});

describe.skipIf(libcoap.missing).concurrent(`libcoap's coap-server${libcoap.note}`, () => {
  let base: string;
  beforeAll(async () => {
    const { port, stop } = await startCoapServer();
    base = `coap://127.0.0.1:${port}`;
    return stop;
  });

  const at = (path: string) => ({ href: base + path, contentType: 'text/plain' });
  const textOf = (content?: { readonly body: Uint8Array }) => Buffer.from(content?.body ?? []).toString();

  function client({ onTestFinished }: TestContext, options?: CoapClientOptions) {
    const made = coapClient(options);
    onTestFinished(() => made.stop());
    return made;
  }

  test.for([64, 256, 1024] as const)(
    'is read and written with 100 KB in blocks of %i',
    async (blockSize, context) => {
      const made = client(context, { blockSize });
      const form = at(`/large${blockSize}`);
      const body = Buffer.from('c'.repeat(100_000));
      const content = { type: 'text/plain', body };
      await made.request({ op: 'writeproperty', form, content, timeout: 15_000 });
      const read = await made.request({ op: 'readproperty', form, timeout: 15_000 });
      expect(textOf(read.content)).toBe(body.toString());
    },
  );

  test.for([
    ['/time', /\d\d:\d\d:\d\d/, undefined],
    ['/watched', /^new$/, 'x'.repeat(5000)],
  ] as const)('%s is observed', async ([path, news, before], context) => {
    const made = client(context);
    const form = at(path);
    const put = (text: string) =>
      made.request({
        op: 'writeproperty',
        form,
        content: { type: 'text/plain', body: Buffer.from(text) },
        timeout: 5000,
      });
    if (before !== undefined) await put(before);
    const told = collector<string>();
    const failed = vi.fn();
    const end = await made.subscribe(
      { op: 'observeproperty', form, timeout: 5000 },
      { next: ({ content }) => told.push(textOf(content)), failed, ended: failed },
    );
    if (before !== undefined) {
      await told.until((text) => text === before);
      for (const text of [before.toUpperCase(), 'new']) {
        await put(text);
        await told.until((each) => each === text);
      }
    }
    await told.until((text) => news.test(text));
    await end();
    expect(failed).not.toHaveBeenCalled();
  });

  test('answers late and with errors', async (context) => {
    const made = client(context);
    const late = made.request({ op: 'readproperty', form: at('/async?4'), timeout: 8000 });
    const nothing = made.request({ op: 'readproperty', form: at('/nothing'), timeout: 8000 });
    await expect(nothing).rejects.toMatchObject({ kind: 'not-found', details: { status: '4.04' } });
    expect(textOf((await late).content)).toBe('done');
  });
});
