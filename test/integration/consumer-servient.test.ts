import { afterEach, describe, expect, it } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { ServerBinding } from '../../src/contracts/binding.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { defineThing } from '../../src/td/define-thing.ts';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { formsOfScheme } from '../support/forms-of-scheme.ts';
import { needs } from '../support/system-parts.ts';

const tankTd = {
  title: 'Tank',
  properties: {
    level: { type: 'number', minimum: 0, maximum: 100, observable: true },
    label: { type: 'string', uriVariables: { language: { type: 'string', enum: ['de', 'en'] } } },
    serial: { type: 'string', readOnly: true },
  },
  actions: {
    double: { synchronous: true, input: { type: 'number' }, output: { type: 'number' } },
    fill: { synchronous: false, input: { type: 'number' }, output: { type: 'string' } },
    drain: { synchronous: false },
  },
  events: { full: { data: { type: 'number' } }, leak: {} },
} as const;

const tank = defineThing(tankTd, (thing) => ({
  properties: {
    level: { initial: 1 },
    label: {
      read: ({ uriVariables }) => (uriVariables.language === 'de' ? 'Tonne' : 'tank'),
      write: () => {},
    },
    serial: { initial: 'T-1' },
  },
  actions: {
    double: (value) => value * 2,
    fill: async (value) => {
      thing.set('level', value);
      thing.emit('full', value);
      thing.emit('leak');
      return `filled to ${value}`;
    },
    drain: (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  },
}));

const bindings: readonly (readonly [scheme: string, () => readonly ServerBinding[]])[] = [
  ['http', () => [http({ port: 0 })]],
  ['ws', () => [http({ port: 0 }), websocket()]],
  ['coap', () => [coap({ port: 0 })]],
  ['mqtt', () => [mqtt({ broker: 'embedded', port: 0 })]],
];

let servient: Servient;

afterEach(() => servient.stop());

describe.each(bindings)('a consumer over %s', (scheme, binding) => {
  async function consumed() {
    servient = createServient({ bindings: binding() });
    const exposed = await servient.expose(tank);
    return consume<typeof tankTd>(formsOfScheme(exposed.td(), scheme) as unknown as typeof tankTd);
  }

  it('reads, writes and invokes', async () => {
    await using thing = await consumed();
    expect(await thing.properties.level.read()).toBe(1);
    await thing.properties.level.write(20);
    expect(await thing.readAll()).toEqual({ level: 20, label: 'tank', serial: 'T-1' });
    expect(await thing.readMultiple(['level', 'serial'])).toEqual({ level: 20, serial: 'T-1' });
    await thing.writeMultiple({ level: 30, label: 'x' });
    expect(await thing.properties.level.read()).toBe(30);
    expect(await thing.properties.label.read({ uriVariables: { language: 'de' } })).toBe('Tonne');
    expect(await thing.actions.double.invoke(4)).toBe(8);
  });

  it('observes a property from its present value on', async () => {
    await using thing = await consumed();
    const levels = thing.properties.level.observe();
    expect((await levels.next()).value).toBe(1);
    await thing.properties.level.write(2);
    expect((await levels.next()).value).toBe(2);
    await levels.return();
  });

  it('follows an asynchronous action and hears its events', async () => {
    await using thing = await consumed();
    const [full, all] = [thing.events.full.subscribe().changes(), thing.subscribeAll()];
    await all.ready;
    const levels = thing.properties.level.observe();
    await levels.next();
    const invocation = await thing.actions.fill.invoke(50);
    expect(await invocation.result).toBe('filled to 50');
    expect((await invocation.status()).status).toBe('completed');
    expect((await levels.next()).value).toBe(50);
    expect((await full.next()).value).toMatchObject({ value: 50 });
    expect((await all.next()).value).toMatchObject({ name: 'full', value: 50 });
    expect((await all.next()).value).toMatchObject({ name: 'leak', value: undefined });
  });

  it('cancels an asynchronous action', async () => {
    await using thing = await consumed();
    const invocation = await thing.actions.drain.invoke();
    expect(['pending', 'running']).toContain((await invocation.status()).status);
    await invocation.cancel();
    expect(await failureOf(() => invocation.result)).toMatch(/^unavailable INVOCATION_CANCELLED/);
  });

  it('is done when the Thing goes away', async () => {
    await using thing = await consumed();
    const levels = thing.properties.level.observe();
    await levels.next();
    await servient.unexpose('tank');
    expect(await failureOf(() => thing.properties.level.read({ timeout: 500 }))).toMatch(
      /^(not-found|timeout)/,
    );
  });
});

const { missing, note } = needs('openssl');

it.skipIf(missing)(
  `a consumer trusts the authority that it is given, over HTTPS and over WSS${note}`,
  async () => {
    const tls = makeCertificate();
    const web = http({ port: 0, tls });
    servient = createServient({ bindings: [web, websocket()] });
    const exposed = await servient.expose(tank);
    expect(await failureOf(() => consume(`${web.httpSide.base}/things/tank`))).toMatch(
      /CERTIFICATE_NOT_TRUSTED/,
    );
    for (const scheme of ['https', 'wss']) {
      const td = formsOfScheme(exposed.td(), scheme) as unknown as typeof tankTd;
      await using thing = await consume<typeof tankTd>(td, { ca: tls.cert });
      expect(await thing.properties.level.read()).toBe(1);
    }
  },
);
