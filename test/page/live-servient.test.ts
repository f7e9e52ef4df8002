import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { LiveClient } from '../../src/ui/app/live/live-client.ts';
import { pageClock } from '../../src/ui/app/live/page-clock.ts';
import type { Readable } from '../../src/ui/app/live/store.ts';
import { thingRequests } from '../../src/ui/app/live/thing-requests.ts';

const many = Array.from({ length: 1000 }, (_, index) => `p${index}`);

const tank: ThingDefinition = {
  td: {
    id: 'urn:example:tank',
    title: 'Tank',
    properties: {
      level: { type: 'integer', observable: true, maximum: 100 },
      mode: { type: 'string' },
      broken: { type: 'integer', observable: true, readOnly: true },
      ...Object.fromEntries(many.map((name) => [name, { type: 'integer', observable: true }])),
    },
    actions: { drain: { synchronous: false }, double: { input: { type: 'integer' }, output: {} } },
    events: { overflowed: { data: { type: 'integer' } } },
  },
  options: {},
  handlers: () => ({
    properties: {
      level: { initial: 0 },
      mode: { initial: 'fill' },
      broken: {
        read: () => {
          throw new WotError('unavailable', 'SENSOR_LOST', 'The sensor is gone.');
        },
      },
      ...Object.fromEntries(many.map((name, initial) => [name, { initial }])),
    },
    actions: {
      drain: (_, { signal }) =>
        new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
      double: (input) => 2 * Number(input),
    },
  }),
};

const id = 'urn:example:tank';
const thing = { id, name: 'tank', title: 'Tank' };
let servient: Servient;
let exposed: ExposedThing;
let client: LiveClient;

async function serve(port = 0): Promise<void> {
  servient = createServient({ bindings: [http({ port }), websocket()] });
  exposed = await servient.expose(tank);
}

beforeEach(async () => {
  await serve();
  client = open();
});

afterEach(async () => {
  client.pause();
  await servient.stop();
});

function open(): LiveClient {
  const url = String(servient.addresses[1]);
  const opened = new LiveClient({ url, clock: pageClock, frame: (call) => call() });
  opened.wake();
  return opened;
}

/** What a store holds as soon as it holds. */
function until<T>(store: Readable<T>, holds: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const look = () => {
      const value = store.get();
      if (!holds(value)) return;
      end();
      resolve(value);
    };
    const end = store.listen(look);
    look();
  });
}

describe('the stream of a tab', () => {
  it('tells values, and writes them', async () => {
    const { value } = client.property(id, 'level');
    client.property(id, 'level').watch();
    expect(await until(value, ({ state }) => state === 'fresh')).toMatchObject({ value: 0 });
    exposed.handle.set('level', 7);
    await until(value, (now) => now.value === 7);
    await thingRequests(client).write(thing, 'level', 42);
    await until(value, (now) => now.value === 42 && now.state === 'fresh');
    await expect(thingRequests(client).write(thing, 'level', 900)).rejects.toMatchObject({
      problem: { kind: 'invalid', errors: [{ pointer: '' }] },
    });
    const rejected = await until(value, ({ state }) => state === 'rejected');
    expect(rejected).toMatchObject({ value: 42, requested: 900 });
  });

  it('reads what cannot be observed, and says what cannot be reached', async () => {
    const [mode, broken] = [client.property(id, 'mode'), client.property(id, 'broken')];
    mode.watch();
    broken.watch();
    const fresh = { value: 'fill', polled: 5000 };
    expect(await until(mode.value, ({ state }) => state === 'fresh')).toMatchObject(fresh);
    const told = await until(broken.value, ({ state }) => state === 'unreachable');
    expect(told).toMatchObject({ problem: { code: 'SENSOR_LOST' } });
  });

  it('comes back after the servient restarted, with present values and the trend of before', async () => {
    const property = client.property(id, 'level');
    property.watchTrend();
    await until(client.connection, ({ state }) => state === 'live');
    await until(property.value, ({ state }) => state === 'fresh');
    exposed.handle.set('level', 1);
    await until(property.value, ({ value }) => value === 1);
    const port = Number(new URL(servient.addresses[0] ?? '').port);
    await servient.stop();
    await until(property.value, ({ state }) => state === 'stale');
    await serve(port);
    exposed.handle.set('level', 5);
    client.wake();
    await until(property.value, ({ state, value }) => state === 'fresh' && value === 5);
    exposed.handle.set('level', 6);
    const { values } = await until(property.trend, (trend) => trend.values.at(-1) === 6);
    expect(values[0]).toBe(0);
  });

  it('knows the changes and events from before it was opened', async () => {
    for (const level of [1, 2, 3]) exposed.handle.set('level', level);
    exposed.handle.emit('overflowed', 3);
    exposed.handle.emit('overflowed', 4);
    const property = client.property(id, 'level');
    property.watch();
    await until(property.value, ({ value }) => value === 3);
    property.watchTrend();
    const { values } = await until(property.trend, (trend) => trend.values.at(-1) === 3);
    expect([Math.min(...values), values.at(-1)]).toEqual([1, 3]);
    const events = await until(client.feed([id], 'overflowed'), (all) => all.length === 2);
    expect(events.map(({ data }) => data)).toEqual([4, 3]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  it('has room for a thousand subscriptions', async () => {
    const properties = many.map((name) => {
      const property = client.property(id, name);
      property.watch();
      return property.value;
    });
    const values = await Promise.all(properties.map((value) => until(value, (now) => now.state === 'fresh')));
    expect(values.map(({ value }) => value)).toEqual(many.map((_, index) => index));
    exposed.handle.set('p999', -1);
    await until(properties[999] as (typeof properties)[0], ({ value }) => value === -1);
    expect(client.requests.ignored).toBe(0);
  });

  it('invokes, asks after and cancels actions', async () => {
    const live = thingRequests(client);
    await until(client.connection, ({ state }) => state === 'live');
    expect(await live.invoke(thing, 'double', 21)).toEqual({ output: 42 });
    const { invocation } = (await live.invoke(thing, 'drain')) as {
      readonly invocation: { readonly id: string };
    };
    expect(await live.query(thing, invocation.id)).toMatchObject({ status: 'running', id: invocation.id });
    expect((await live.invocations(thing))['drain']).toMatchObject([{ id: invocation.id }]);
    await live.cancel(thing, invocation.id);
    await expect(live.query(thing, invocation.id)).rejects.toMatchObject({ status: 404 });
    expect(await live.read(thing, 'mode')).toBe('fill');
  });
});
