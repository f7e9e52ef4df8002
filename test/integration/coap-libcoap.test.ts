import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import type { Notification } from '../../src/contracts/binding.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { fetchTd } from '../support/fetch-td.ts';
import { needs } from '../support/system-parts.ts';

const { missing, note, command } = needs('coap-client');
const coapServer = command('coap-client').replace('coap-client', 'coap-server');
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function valve(host = '127.0.0.1') {
  const servient = createServient({ bindings: [coap({ port: 0, host })] });
  await servient.start();
  cleanups.push(() => servient.stop());
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
        actions: { turn: (input) => Number(input) * 2, drain: () => undefined },
      };
    },
  });
  return {
    base: `${servient.addresses[0]}/things/valve`,
    origin: servient.addresses[0] ?? '',
    thing: thing as ThingHandle,
  };
}

/** What coap-client says: payloads on stdout, error codes on stderr. */
async function ask(...args: readonly string[]): Promise<string> {
  const { child, output } = run(command('coap-client'), args);
  await once(child, 'close');
  return output();
}

function run(program: string, args: readonly string[]): { readonly child: ChildProcess; output(): string } {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  return { child, output: () => text.trim() };
}

describe.skipIf(missing)(`libcoap's coap-client${note}`, () => {
  test('reads and writes', async () => {
    const { base, thing } = await valve();
    expect(await ask(`${base}/properties/open`)).toBe('false');
    expect(await ask('-m', 'put', '-e', 'true', `${base}/properties/open`)).toBe('');
    expect(thing.get('open')).toBe(true);
    expect(await ask(`${base}/properties/%C3%BCber%2F%25`)).toBe('7');
    expect(await ask('-m', 'put', '-t', '60', '-f', '/dev/null', `${base}/properties/open`)).toMatch(
      /^4\.00/,
    );
  });

  test.each(['16', '64', '1024'])('reads 100 KB in blocks of %s', async (size) => {
    const { base, thing } = await valve();
    const text = size === '16' ? 'é'.repeat(1000) : 'é'.repeat(50_000);
    thing.set('text', text);
    expect(await ask('-b', size, `${base}/properties/text`)).toBe(JSON.stringify(text));
  });

  test('writes 100 KB', async () => {
    const { base, thing } = await valve();
    const text = 'a'.repeat(100_000);
    expect(await ask('-m', 'put', '-e', JSON.stringify(text), `${base}/properties/text`)).toBe('');
    expect(thing.get('text')).toBe(text);
  });

  test('invokes', async () => {
    const { base } = await valve();
    expect(await ask('-m', 'post', '-e', '21', `${base}/actions/turn`)).toBe('42');
    expect(await ask('-m', 'post', `${base}/actions/drain`)).toContain(
      '"href":"/things/valve/actions/drain/',
    );
  });

  test('reads several properties by FETCH', async () => {
    const { base } = await valve();
    expect(await ask('-m', 'fetch', '-e', '["open"]', `${base}/properties`)).toBe('{"open":false}');
  });

  test('discovers and gets the TD', async () => {
    const { base, origin } = await valve();
    expect(await ask(`${origin}/.well-known/core`)).toContain('</things/valve>;rt="wot.thing";ct=432');
    expect(JSON.parse(await ask('-A', '432', base))).toMatchObject({ title: 'Valve' });
  });

  test('sees why a request fails', async () => {
    const { base } = await valve();
    expect(await ask(`${base}/properties/nothing`)).toMatch(/^4\.04.*PATH_UNKNOWN/s);
  });

  test('observes, large values too', async () => {
    const { base, thing } = await valve();
    const { child, output } = run(command('coap-client'), ['-s', '30', '-w', `${base}/properties/text`]);
    cleanups.push(() => child.kill());
    const large = 'b'.repeat(3000);
    for (const text of ['x', large, 'z']) {
      await vi.waitFor(() => expect(output().length).toBeGreaterThan(0), { timeout: 5000 });
      thing.set('text', text);
      await vi.waitFor(() => expect(output()).toContain(JSON.stringify(text)), { timeout: 5000 });
    }
  });

  test('works over IPv6', async () => {
    const { base } = await valve('::1');
    expect(base).toMatch(/^coap:\/\/\[::1\]:/);
    expect(await ask(`${base}/properties/open`)).toBe('false');
    const client = coapClient();
    cleanups.push(() => client.stop());
    expect(await fetchTd(client, base)).toMatchObject({ title: 'Valve' });
  });
});

describe.skipIf(missing)(`libcoap's coap-server${note}`, () => {
  async function server() {
    const port = 20_000 + (process.pid % 20_000);
    const { child } = run(coapServer, ['-A', '127.0.0.1', '-p', String(port), '-d', '10', '-v', '6']);
    cleanups.push(() => child.kill());
    const client = coapClient();
    cleanups.push(() => client.stop());
    const base = `coap://127.0.0.1:${port}`;
    const form = { href: `${base}/example_data`, contentType: 'text/plain' };
    await vi.waitFor(() => client.request({ op: 'readproperty', form, timeout: 300 }), { timeout: 5000 });
    return { base, client, form };
  }

  const textOf = (content?: { readonly body: Uint8Array }) => Buffer.from(content?.body ?? []).toString();

  test('is read, written with 100 KB, and observed', async () => {
    const { base, client, form } = await server();
    const body = Buffer.from('c'.repeat(100_000));
    await client.request({ op: 'writeproperty', form, content: { type: 'text/plain', body }, timeout: 5000 });
    const { content } = await client.request({ op: 'readproperty', form, timeout: 5000 });
    expect([content?.type, textOf(content)]).toEqual(['text/plain', body.toString()]);

    const told: Notification[] = [];
    const failed = vi.fn();
    const end = await client.subscribe(
      { op: 'observeproperty', form: { ...form, href: `${base}/time` }, timeout: 5000 },
      { next: (notification) => told.push(notification), failed, ended: failed },
    );
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(2), { timeout: 5000 });
    expect(textOf(told[0]?.content)).toMatch(/\d\d:\d\d:\d\d/);
    await end();
    expect(failed).not.toHaveBeenCalled();
  });

  test('answers late and with errors', async () => {
    const { base, client, form } = await server();
    const late = { op: 'readproperty', form: { ...form, href: `${base}/async?2` }, timeout: 8000 } as const;
    expect(textOf((await client.request(late)).content)).toBe('done');
    const nothing = {
      op: 'readproperty',
      form: { ...form, href: `${base}/nothing` },
      timeout: 3000,
    } as const;
    await expect(client.request(nothing)).rejects.toMatchObject({
      kind: 'not-found',
      details: { status: '4.04' },
    });
  });
});
