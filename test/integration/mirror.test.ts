import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { type ConsumeOptions, consume } from '../../src/consumer/consume.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { exposeByFreeName } from '../../src/servient/expose-by-free-name.ts';
import { mirrors } from '../../src/servient/mirror.ts';
import { defineThing } from '../../src/td/define-thing.ts';
import { failureOf } from '../support/failure-of.ts';

const cancelled = Promise.withResolvers<void>();
let watchers = 0;
const lamp = defineThing(
  {
    title: 'Lamp',
    id: 'urn:example:lamp',
    properties: {
      level: { type: 'integer', minimum: 0, maximum: 100, observable: true },
      colour: { type: 'string', uriVariables: { lamp: { type: 'integer' } }, readOnly: true },
      picture: { readOnly: true, forms: [{ contentType: 'image/png' }] },
    },
    actions: {
      blink: { input: { type: 'integer' }, output: { type: 'integer' } },
      glow: { synchronous: false },
    },
    events: { burnt: { data: { type: 'string' } } },
  },
  (thing) => ({
    properties: {
      level: {
        initial: 3,
        observed: () => void watchers++,
        unobserved: () => void watchers--,
      },
      colour: { read: ({ uriVariables }) => `red ${uriVariables.lamp}` },
      picture: { read: () => Uint8Array.of(1, 2, 3) },
    },
    actions: {
      blink: (times) => {
        thing.emit('burnt', `after ${times}`);
        return times * 2;
      },
      glow: (_, { signal }) =>
        new Promise<undefined>((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            cancelled.resolve();
            reject(new Error('cancelled'));
          });
        }),
    },
  }),
);

const far = createServient({ bindings: [coap({ port: 0 })], logger: silentLogger });
const gateway = mirrors();
const near = createServient({ bindings: [http({ port: 0 }), gateway], logger: silentLogger });
const here = (options?: ConsumeOptions) =>
  consume<typeof lamp.td>(`${near.addresses[0]}/things/lamp`, options);

beforeAll(async () => {
  await far.start();
  await far.expose(lamp);
  await near.start();
  const thing = await consume<ThingDescription>(`${far.addresses[0]}/things/lamp`);
  await exposeByFreeName(near, gateway.mirror(thing));
});

afterAll(async () => {
  await near.stop();
  await far.stop();
});

describe('a Thing of elsewhere', () => {
  test('is read, written and invoked where it is, uriVariables and bytes included', async () => {
    await using thing = await here();
    await thing.properties.level.write(7);
    expect(await thing.properties.level.read()).toBe(7);
    expect(await thing.properties.colour.read({ uriVariables: { lamp: 2 } })).toBe('red 2');
    expect([...(await thing.properties.picture.read())]).toEqual([1, 2, 3]);
    expect(await thing.actions.blink.invoke(2)).toBe(4);
  });

  test('is watched there only while somebody watches here', async () => {
    await using thing = await here();
    const stop = new AbortController();
    const levels = thing.properties.level.observe({ signal: stop.signal });
    await expect(levels.next()).resolves.toMatchObject({ done: false });
    await expect.poll(() => watchers).toBe(1);
    await thing.properties.level.write(42);
    // The value of before comes twice: here at once, and again when the observation there stands.
    await expect.poll(() => levels.next()).toEqual({ done: false, value: 42 });
    stop.abort();
    await expect.poll(() => watchers).toBe(0);
  });

  test('tells its events', async () => {
    await using thing = await here();
    const burnt = thing.events.burnt.subscribe();
    await burnt.ready;
    const told = burnt.next();
    // The subscription there begins a moment after that here.
    await expect
      .poll(async () => {
        await thing.actions.blink.invoke(5);
        return Promise.race([told, undefined]);
      })
      .toEqual({ done: false, value: 'after 5' });
    await burnt.return();
  });

  test('cancels there what is cancelled here', async () => {
    await using thing = await here();
    const glowing = await thing.actions.glow.invoke();
    await expect.poll(async () => (await glowing.status()).status).toBe('running');
    await glowing.cancel();
    await cancelled.promise;
  });

  test('has the forms of both, and the ways to it are usable', async () => {
    await using thing = await here();
    const schemes = thing.td.properties?.['level']?.forms?.map(({ href }) => href.split(':', 1)[0]);
    expect(new Set(schemes)).toEqual(new Set(['http', 'coap']));
    const direct = { form: ({ href }: { readonly href: string }) => href.startsWith('coap:') };
    expect(await thing.properties.level.read(direct)).toBeTypeOf('number');
  });

  test('that has gone says so', async () => {
    await using thing = await here({ timeout: 500 });
    await far.stop();
    expect(await failureOf(() => thing.properties.level.read())).toMatch(/TIMEOUT|UNREACHABLE|REFUSED/);
  });
});

describe('a Thing that does not keep to its TD', () => {
  /** It streams events, and its TD is not valid: a word stands twice in its enum. */
  async function sloppy() {
    const streams: ServerResponse[] = [];
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      streams.push(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close().closeAllConnections());
    const href = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const td = {
      '@context': 'https://www.w3.org/2022/wot/td/v1.1',
      title: 'Sloppy',
      securityDefinitions: { nosec_sc: { scheme: 'nosec' } },
      security: 'nosec_sc',
      properties: { mode: { enum: ['on', 'on'], forms: [{ href }] } },
      events: { counted: { data: { type: 'integer' }, forms: [{ href, subprotocol: 'sse' }] } },
    } as const;
    return { td, streams };
  }

  test('is shown with a warning, and told on after what does not fit', async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    const gate = mirrors();
    const servient = createServient({ bindings: [http({ port: 0 }), gate], logger });
    onTestFinished(() => servient.stop());
    const { td, streams } = await sloppy();
    await servient.start();
    await servient.expose(gate.mirror((await consume(td)) as never));
    expect(warnings).toEqual([expect.stringMatching(/"Sloppy" is not valid.*enum/)]);

    await using thing = await consume<typeof td>(`${servient.addresses[0]}/things/sloppy`);
    const counted = thing.events.counted.subscribe();
    await expect.poll(() => streams.length).toBe(1);
    for (const data of ['1', '"two"']) streams[0]?.write(`data: ${data}\n\n`);
    await expect.poll(() => streams.length).toBe(2);
    streams[1]?.write('data: 3\n\n');
    expect([(await counted.next()).value, (await counted.next()).value]).toEqual([1, 3]);
    expect(warnings.slice(1)).toEqual([expect.stringMatching(/^"counted" of "Sloppy" cannot be followed/)]);
  });
});
