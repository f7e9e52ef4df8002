import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import { anonymous } from '../../src/contracts/access.ts';
import type { ServerBinding } from '../../src/contracts/binding.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import type { Change } from '../../src/contracts/interaction.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { pathForms } from '../../src/interaction/path-forms.ts';
import { isLoopback, reachableHost, safeBindAddress, urlHost } from '../../src/security/bind-address.ts';
import { createServient, type Servient, type ServientOptions } from '../../src/servient/create-servient.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { validateTd } from '../../src/td/validate.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { keepingLogger } from '../support/logged.ts';

const running: Servient[] = [];
afterEach(async () => {
  for (const servient of running.splice(0)) await servient.stop();
});

function servientOf(options: ServientOptions = {}): Servient {
  const servient = createServient(options);
  running.push(servient);
  return servient;
}

function thing(td: Partial<PartialTd> = {}, options: ThingDefinition['options'] = {}): ThingDefinition {
  return { td: { title: 'Lamp', ...td }, options, handlers: () => ({}) };
}

describe('a servient', () => {
  test('without a logger tells errors on stderr', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => write.mockRestore());
    const close = () => {
      throw new Error('jammed');
    };
    const servient = servientOf();
    await servient.expose({ ...thing(), handlers: () => ({ close }) });
    await servient.stop();
    expect(write.mock.calls.join()).toMatch(/Z error .* correlationId=.*jammed/s);
  });

  test('names Things by slug, refuses clashes and names that vanish from addresses', async () => {
    const servient = servientOf();
    expect((await servient.expose(thing({ title: 'Größe – N° 5!' }))).name).toBe('größe-n-5');
    expect((await servient.expose(thing({ title: '***' }))).name).toBe('thing');
    const [, twice] = await Promise.allSettled([servient.expose(thing()), servient.expose(thing())]);
    expect(twice).toMatchObject({ status: 'rejected', reason: { kind: 'conflict', code: 'NAME_TAKEN' } });
    expect(await failureOf(() => servient.expose(thing()))).toMatch('conflict NAME_TAKEN');
    for (const name of ['.', '..', '', '$x', '\ud800']) {
      expect(await failureOf(() => servient.expose(thing({}, { name })))).toMatch('invalid NAME_INVALID');
    }
    const dots = thing({ title: 'Dots', events: { '..': {} } });
    expect(await failureOf(() => servient.expose(dots))).toMatch('AFFORDANCE_NAME_INVALID');
    expect(await failureOf(() => servient.expose(thing({}, { name: 'servient' })))).toMatch('NAME_TAKEN');
  });

  test('refuses security that it cannot enforce', async () => {
    const td = { security: 'basic_sc', securityDefinitions: { basic_sc: { scheme: 'basic' } } };
    expect(await failureOf(() => servientOf().expose(thing(td)))).toMatch('SECURITY_NOT_ENFORCED');
  });

  test('keeps ids by name, and the one in the TD', async () => {
    const storage = memoryStorage();
    const first = await servientOf({ storage }).expose(thing());
    const again = await servientOf({ storage }).expose(thing());
    expect(again.id).toBe(first.id);
    expect(first.id).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect((await servientOf().expose(thing({ id: 'urn:example:1' }))).id).toBe('urn:example:1');
  });

  test('takes Things off, and is itself a Thing that tells of it', async () => {
    const servient = servientOf();
    await servient.start();
    const own = servient.things.get('servient');
    const told: unknown[] = [];
    const subscriber = { change: ({ name, data }: Change) => told.push([name, data]) };
    await own?.interactions.subscribeAllEvents(subscriber, { principal: anonymous });
    const { id } = await servient.expose(thing());
    const context = { principal: anonymous };
    expect(await own?.interactions.readProperty('things', context)).toEqual([
      { name: 'lamp', id, title: 'Lamp' },
    ]);
    expect(own?.description().td.links).toEqual([
      expect.objectContaining({ rel: 'item', href: '/things/lamp' }),
    ]);
    await servient.unexpose('lamp');
    expect(own?.description().td.links).toBeUndefined();
    expect(told).toEqual([
      ['thingAdded', 'lamp'],
      ['thingRemoved', 'lamp'],
    ]);
    for (const name of ['lamp', 'servient']) {
      expect(await failureOf(() => servient.unexpose(name))).toMatch('not-found THING_UNKNOWN');
    }
  });

  test('tells of many Things that come together at once, then of the rest together', async () => {
    const clock = fakeClock();
    const servient = servientOf({ clock });
    await servient.start();
    const lengths: unknown[] = [];
    const subscriber = { change: ({ data }: Change) => lengths.push((data as readonly unknown[]).length) };
    const own = servient.things.get('servient')?.interactions;
    await own?.observeProperty('things', subscriber, { principal: anonymous });
    for (let number = 1; number <= 20; number++) await servient.expose(thing({ title: `Lamp ${number}` }));
    expect(lengths).toEqual([0, 1]);
    clock.advance(2000);
    expect(lengths).toEqual([0, 1, 20]);
    await servient.expose(thing());
    expect(lengths).toEqual([0, 1, 20, 21]);
  });

  test('leaves nothing of a Thing that a binding refuses', async () => {
    const closed: string[] = [];
    const refusing: ServerBinding = {
      name: 'refusing',
      addresses: [],
      start: async () => {},
      stop: async () => {},
      forms: (hosted) => pathForms(hosted, { base: 'http://refusing.example', subprotocol: 'sse' }),
      expose: async ({ name }) => {
        if (name === 'lamp') throw new Error('no room');
      },
      unexpose: async () => {},
    };
    const servient = servientOf({ bindings: [refusing] });
    const definition = { ...thing(), handlers: () => ({ close: () => void closed.push('lamp') }) };
    await expect(servient.expose(definition)).rejects.toThrow('no room');
    expect(servient.things.has('lamp')).toBe(false);
    expect(closed).toEqual(['lamp']);
  });

  test('starts again after a failed start, and after a stop; not by itself', async () => {
    const taken = servientOf({ bindings: [http({ port: 0 })] });
    await taken.start();
    const port = Number(new URL(taken.addresses[0] ?? '').port);
    const servient = servientOf({ bindings: [http({ port })] });
    expect(await failureOf(() => servient.start())).toMatch(/ADDRESS_IN_USE.*--http/);
    await taken.stop();
    expect(await failureOf(() => taken.expose(thing()))).toMatch('SERVIENT_STOPPED');
    await servient.start();
    expect((await servient.expose(thing())).td().title).toBe('Lamp');
  });

  test('refuses a TD that is not valid, and an id that is taken', async () => {
    const bindings = [http({ port: 0 })];
    const servient = servientOf({ bindings });
    const wrong = [
      { security: 'nowhere' },
      { created: 'yesterday' },
      { links: [{ rel: 'x' } as never] },
      { properties: { p: { readOnly: true, writeOnly: true } } },
    ];
    for (const td of wrong) {
      expect(await failureOf(() => servient.expose(thing(td)))).toMatch('invalid TD_INVALID');
    }
    await servient.expose(thing({ id: 'urn:example:1', securityDefinitions: { n: { scheme: 'nosec' } } }));
    const twin = thing({ id: 'urn:example:1', title: 'Twin' });
    expect(await failureOf(() => servient.expose(twin))).toMatch('conflict ID_TAKEN');
  });

  test('refuses what its bindings cannot carry, and a uriVariable that one of them needs', async () => {
    const servient = servientOf({ bindings: [http({ port: 0 })] });
    const motion = thing({ events: { motion: { forms: [{ contentType: 'image/png' }] } } });
    const refused = await failureOf(() => servient.expose(motion));
    expect(refused).toMatch(/CONTENT_NOT_CARRIED: "motion".*image\/png.*\(http\).*add coap\(\) or mqtt\(\)/);
    const named = thing({
      properties: { level: { type: 'integer' } },
      uriVariables: { names: { type: 'integer' } },
    });
    expect(await failureOf(() => servient.expose(named))).toMatch(/URI_VARIABLE_TAKEN: .*"names"/);
    const { td } = await servient.expose(thing({ properties: { level: { type: 'integer' } } }));
    const again = thing({ ...td(), title: 'Again', id: 'urn:example:again' });
    expect((await servient.expose(again)).td().uriVariables).toEqual(td().uriVariables);
  });

  test('takes uriVariables of any name', async () => {
    const servient = servientOf({ bindings: [http({ port: 0 }), coap({ port: 0 })] });
    const level = { type: 'integer', uriVariables: { 'flow rate*, 50%': { type: 'integer' } } } as const;
    const { td } = await servient.expose(thing({ properties: { level } }));
    expect(td().properties?.['level']?.forms?.[0]?.href).toMatch(/\{\?flow%20rate%2A%2C%2050%25\}$/);
  });

  test('tells once of words of JSON Schema that nobody checks', async () => {
    const { logger, lines } = keepingLogger();
    const servient = servientOf({ bindings: [http({ port: 0 })], logger });
    const tags = { type: 'array', uniqueItems: true, items: { additionalProperties: false } } as const;
    await servient.expose(thing({ properties: { tags } }));
    const named = '/properties/tags/uniqueItems, /properties/tags/items/additionalProperties';
    expect(lines).toMatchObject([{ level: 'warn', message: expect.stringContaining(named) }]);
  });

  test('keeps a name until its Thing is gone', async () => {
    const servient = servientOf();
    const ends: (() => void)[] = [];
    const close = () => new Promise<void>((resolve) => ends.push(resolve));
    await servient.expose({ ...thing(), handlers: () => ({ close }) });
    const gone = servient.unexpose('lamp');
    expect(await failureOf(() => servient.expose(thing()))).toMatch('NAME_TAKEN');
    ends[0]?.();
    await gone;
    await servient.expose(thing());
  });

  test('started and stopped at once ends stopped, or started where that was said last', async () => {
    const servient = servientOf({ bindings: [http({ port: 0 })] });
    const started = servient.start();
    await servient.stop();
    await started;
    expect(servient.addresses).toEqual([]);
    await servient.start();
    const stopped = servient.stop();
    await Promise.all([servient.start(), servient.stop(), stopped]);
    expect(servient.addresses).toEqual([]);
    await servient.start();
    const twice = Promise.all([servient.stop(), servient.start()]);
    await twice;
    expect(servient.addresses).toHaveLength(1);
    expect((await fetch(`${servient.addresses[0]}/things`)).status).toBe(200);
  });

  test('started again serves no Thing of before', async () => {
    const servient = servientOf({ bindings: [http({ port: 0 }), coap({ port: 0 })] });
    await servient.expose(thing());
    await servient.stop();
    await servient.start();
    for (const address of servient.addresses) {
      const gone = failureOf(() => consume(`${address}/things/lamp`));
      expect(await gone).toMatch('not-found PATH_UNKNOWN');
    }
    await servient.expose(thing());
    expect((await fetch(`${servient.addresses[0]}/things/lamp`)).status).toBe(200);
  });

  test('stopped while a Thing is on its way says so to who exposes it', async () => {
    const servient = servientOf({ bindings: [http({ port: 0 })] });
    await servient.start();
    const exposing = failureOf(() => servient.expose(thing()));
    await servient.stop();
    expect(await exposing).toMatch('unavailable SERVIENT_STOPPED');
    expect(servient.things.size).toBe(0);
  });

  test('with Things to expose is up when they are there, and stops where that fails', async () => {
    const servient = servientOf({ bindings: [http({ port: 0 })] });
    const ask = async (path: string) => (await fetch(servient.addresses[0] + path)).status;
    await servient.start(async () => {
      await servient.expose(thing());
      expect([await ask('/readyz'), await ask('/things/lamp'), await ask('/things/fan')]).toEqual([
        503, 200, 503,
      ]);
      await servient.expose(thing({ title: 'Fan' }));
    });
    expect([await ask('/readyz'), await ask('/things/fan'), await ask('/things/x')]).toEqual([200, 200, 404]);
    await servient.stop();
    const failing = servient.start(() => Promise.reject(new Error('no device')));
    await expect(failing).rejects.toThrow('no device');
    expect(servient.addresses).toEqual([]);
  });

  test.for(['foo', 'ftp://x', 'http://', 'http://x/?q=1', 'http://x/#a', 'http://u:p@x/', 'http://x:99999'])(
    'has no public base %j',
    async (publicBase) => {
      expect(await failureOf(() => createServient({ publicBase }))).toMatch(
        /^invalid PUBLIC_BASE_INVALID: .*e\.g\. "https:.*, not /,
      );
    },
  );

  test('refuses a binding of another servient', async () => {
    const bindings = [http({ port: 0 })];
    const first = servientOf({ bindings });
    await first.start();
    const second = servientOf({ bindings });
    expect(await failureOf(() => second.start())).toMatch('conflict BINDING_IN_USE');
    expect((await fetch(`${first.addresses[0]}/things`)).status).toBe(200);
  });

  test('goes on when closing a Thing fails', async () => {
    const servient = servientOf({ logger: silentLogger });
    const close = () => Promise.reject(new Error('stuck'));
    await servient.expose({ ...thing(), handlers: () => ({ close }) });
    await servient.stop();
    expect(servient.things.size).toBe(0);
  });

  test('serves TDs that are valid, with the author’s context kept', async () => {
    const servient = servientOf({ bindings: [http({ port: 0 })] });
    const context = ['https://www.w3.org/2022/wot/td/v1.1', { saref: 'https://saref.etsi.org/core/' }];
    const { td } = await servient.expose(
      thing({
        '@context': context,
        links: [{ rel: 'service-doc', href: 'https://example.org' }],
        properties: { level: { type: 'integer', observable: true } },
        actions: { fade: { synchronous: false } },
        events: { hot: {} },
      }),
    );
    expect(td()['@context']).toEqual(context);
    expect(td().actions?.['fade']?.synchronous).toBe(false);
    expect(validateTd(td())).toMatchObject({ verdict: 'valid' });
    expect(validateTd(servient.things.get('servient')?.description().td ?? {})).toMatchObject({
      verdict: 'valid',
    });
  });
});

describe('bind addresses', () => {
  test('beyond loopback need a word', async () => {
    for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost', 'LOCALHOST']) {
      expect(safeBindAddress(host, false)).toBe(host);
    }
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
      expect(isLoopback(host)).toBe(false);
      expect(await failureOf(() => safeBindAddress(host, false))).toMatch(
        /forbidden OPEN_BIND_REFUSED.*--insecure/,
      );
      expect(safeBindAddress(host, true)).toBe(host);
    }
    const mapped = await failureOf(() => safeBindAddress('::ffff:192.0.2.1', false));
    expect(mapped).toMatch(/Binding 192\.0\.2\.1 .*need no credentials/);
    expect(mapped).not.toContain('TLS');
    const open = servientOf({ host: '0.0.0.0', bindings: [http({ port: 0 })] });
    expect(await failureOf(() => open.start())).toMatch('OPEN_BIND_REFUSED');
  });

  test('become reachable names', () => {
    expect(reachableHost('127.0.0.1')).toBe('127.0.0.1');
    expect(reachableHost('0.0.0.0')).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect([urlHost('::1'), urlHost('127.0.0.1'), urlHost('a.example')]).toEqual([
      '[::1]',
      '127.0.0.1',
      'a.example',
    ]);
  });
});
