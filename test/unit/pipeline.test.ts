import { afterEach, describe, expect, test, vi } from 'vitest';
import { type AccessPolicy, anonymous } from '../../src/contracts/access.ts';
import type { ThingDefinition, ThingHandle, ThingHandlers } from '../../src/contracts/definition.ts';
import { WotError } from '../../src/contracts/errors.ts';
import type { Change, InvocationStatus } from '../../src/contracts/interaction.ts';
import { type LogFacts, type Logger, silentLogger } from '../../src/contracts/logger.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeClock } from '../support/fake-clock.ts';

const context = { principal: anonymous };
const running: Servient[] = [];

afterEach(async () => {
  for (const servient of running.splice(0)) await servient.stop();
});

const td: PartialTd = {
  title: 'Machine',
  uriVariables: { lang: { type: 'string', enum: ['en', 'de'], default: 'en' } },
  properties: {
    level: { type: 'integer', minimum: 0, maximum: 10, observable: true },
    fixed: { type: 'string', readOnly: true },
    secret: { type: 'string', writeOnly: true },
    own: {
      type: 'number',
      observable: true,
      uriVariables: { step: { type: 'integer' }, on: { type: 'boolean' } },
    },
    bare: { type: 'number' },
  },
  actions: {
    add: {
      input: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
      output: { type: 'number' },
    },
    ping: {},
    move: { synchronous: false, input: { type: 'number' }, output: { type: 'number' } },
    unhandled: {},
  },
  events: { hot: { data: { type: 'number' } }, bell: {} },
};

interface Setup {
  readonly handlers?: (thing: ThingHandle) => ThingHandlers;
  readonly options?: ThingDefinition['options'];
  readonly access?: AccessPolicy;
}

async function machine({ handlers = () => ({}), options = {}, access }: Setup = {}) {
  const clock = fakeClock();
  const logged: { message: string; facts: LogFacts | undefined }[] = [];
  const log = (message: string, facts?: LogFacts) => logged.push({ message, facts });
  const logger = { debug: log, info: log, warn: log, error: log } as Logger;
  const storage = memoryStorage();
  const servient = createServient({
    clock,
    logger,
    storage,
    handlerTimeout: 1000,
    ...(access && { access }),
  });
  running.push(servient);
  const definition: ThingDefinition = {
    td,
    options,
    handlers: (thing) => {
      const own = handlers(thing);
      const level = { initial: 1 };
      return {
        ...own,
        properties: { level, fixed: { initial: 'f' }, secret: { initial: '' }, ...own.properties },
      };
    },
  };
  const { handle } = await servient.expose(definition);
  const things = servient.things;
  const { interactions } = things.get('machine') as NonNullable<ReturnType<typeof things.get>>;
  return { servient, interactions, handle, clock, logged, definition, storage };
}

describe('reading and writing', () => {
  test('finds by own names only and says what there is', async () => {
    const { interactions } = await machine();
    for (const name of ['nope', '__proto__', 'constructor', 'toString']) {
      expect(await failureOf(() => interactions.readProperty(name, context))).toMatch(
        /^not-found PROPERTY_UNKNOWN.*level/,
      );
    }
    expect(await failureOf(() => interactions.invokeAction('nope', 1, context))).toMatch(
      'not-found ACTION_UNKNOWN',
    );
    const subscribe = interactions.subscribeEvent('nope', { change() {} }, context);
    expect(await failureOf(() => subscribe)).toMatch('not-found EVENT_UNKNOWN');
  });

  test('checks what comes in, with a pointer per fault', async () => {
    const { interactions } = await machine();
    await interactions.writeProperty('level', 7, context);
    expect(await interactions.readProperty('level', context)).toBe(7);
    await expect(interactions.writeProperty('level', 11, context)).rejects.toMatchObject({
      kind: 'invalid',
      details: { errors: [{ pointer: '', detail: expect.stringContaining('10') }] },
    });
    expect(await failureOf(() => interactions.writeProperty('level', undefined, context))).toMatch(
      'INPUT_MISSING',
    );
    await expect(interactions.invokeAction('add', { a: 'x' }, context)).rejects.toMatchObject({
      details: { errors: [{ pointer: '/a' }] },
    });
  });

  test('offers what the TD offers', async () => {
    const { interactions } = await machine();
    const observe = () => interactions.observeProperty('fixed', { change() {} }, context);
    const failures = [
      () => interactions.writeProperty('fixed', 'x', context),
      () => interactions.readProperty('secret', context),
      observe,
      () => interactions.queryAction('add', 'id', context),
      () => interactions.readProperty('own', context),
      () => interactions.writeProperty('own', 1, context),
      () => interactions.invokeAction('unhandled', undefined, context),
    ].map(failureOf);
    expect((await Promise.all(failures)).map((failure) => failure.split(':')[0])).toEqual([
      'not-allowed PROPERTY_READ_ONLY',
      'not-allowed PROPERTY_WRITE_ONLY',
      'not-allowed PROPERTY_NOT_OBSERVABLE',
      'not-allowed ACTION_SYNCHRONOUS',
      'not-implemented HANDLER_MISSING',
      'not-implemented HANDLER_MISSING',
      'not-implemented HANDLER_MISSING',
    ]);
  });

  test('types and checks uriVariables, fills in defaults, leaves undeclared ones out', async () => {
    const seen: unknown[] = [];
    const read = (call: { readonly uriVariables: unknown }) => {
      seen.push({ ...(call.uriVariables as object) });
      return 1;
    };
    const { interactions } = await machine({ handlers: () => ({ properties: { own: { read } } }) });
    const uriVariables = { step: '3', on: 'true', lang: 'de', other: 'x' };
    await interactions.readProperty('own', { ...context, uriVariables });
    await interactions.readProperty('own', { ...context, uriVariables: { step: 4 } });
    expect(seen).toEqual([
      { step: 3, on: true, lang: 'de' },
      { step: 4, lang: 'en' },
    ]);
    for (const wrong of [{ step: 'x' }, { step: '1.5' }, { lang: 'fr' }, { on: 'yes' }]) {
      const failure = failureOf(() => interactions.readProperty('own', { ...context, uriVariables: wrong }));
      expect(await failure).toMatch('invalid INPUT_MISMATCH');
    }
  });

  test('reads and writes several: all or nothing is checked first', async () => {
    const { interactions } = await machine({
      handlers: () => ({
        properties: { own: { read: () => 2, write() {} }, bare: { read: () => 3, write() {} } },
      }),
    });
    const all = { level: 1, fixed: 'f', own: 2, bare: 3 };
    expect(await interactions.readAllProperties(context)).toEqual(all);
    expect(await interactions.readMultipleProperties(['own', 'own', 'level'], context)).toEqual({
      own: 2,
      level: 1,
    });
    expect(
      await failureOf(() => interactions.writeMultipleProperties({ level: 5, fixed: 'x' }, context)),
    ).toMatch('READ_ONLY');
    expect(await interactions.readProperty('level', context)).toBe(1);
    await interactions.writeMultipleProperties({ level: 5, secret: 's' }, context);
    expect(await interactions.readProperty('level', context)).toBe(5);
    expect(await failureOf(() => interactions.writeMultipleProperties([1], context))).toMatch(
      'OBJECT_EXPECTED',
    );
  });

  test('names the property whose read fails the whole', async () => {
    const { interactions } = await machine({
      handlers: () => ({
        properties: {
          own: { read: () => Promise.reject(new WotError('unavailable', 'OFFLINE', 'The probe is off.')) },
          bare: { read: () => 1 },
        },
      }),
    });
    const failure = failureOf(() => interactions.readAllProperties(context));
    expect(await failure).toBe('unavailable OFFLINE: own: The probe is off.');
  });

  test('asks the access policy for each right', async () => {
    const access: AccessPolicy = {
      allows: (_, right, __, affordance) => right === 'read' && affordance === 'level',
    };
    const { interactions } = await machine({ access });
    expect(await interactions.readAllProperties(context)).toEqual({ level: 1 });
    expect(await interactions.queryAllActions(context)).toEqual({});
    for (const refused of [
      () => interactions.readProperty('fixed', context),
      () => interactions.writeProperty('level', 1, context),
      () => interactions.invokeAction('ping', undefined, context),
      () => interactions.subscribeEvent('hot', { change() {} }, context),
      () => interactions.queryAction('move', 'id', context),
      () => interactions.writeMultipleProperties({ level: 1 }, context),
      () => interactions.readMultipleProperties(['fixed'], context),
    ]) {
      expect(await failureOf(refused)).toMatch('forbidden RIGHT_MISSING');
    }
  });
});

describe('handlers', () => {
  test('that throw are hidden and logged, that never answer time out, that answer wrongly are not sent', async () => {
    const signals: AbortSignal[] = [];
    const { interactions, clock, logged } = await machine({
      handlers: () => ({
        properties: {
          own: { read: () => Promise.reject(new Error('password')) },
          bare: { read: () => 'no number' },
        },
        actions: {
          add: (_, { signal }) => {
            signals.push(signal);
            return new Promise(() => {});
          },
          ping: () => {
            throw { not: 'an error' };
          },
        },
      }),
    });
    for (const call of [
      () => interactions.readProperty('own', context),
      () => interactions.invokeAction('ping', 1, context),
    ]) {
      const failure = await failureOf(call);
      expect(failure).toMatch('internal HANDLER_FAILED');
      expect(failure).not.toMatch('password');
      expect(failure).toContain(String(logged.at(-1)?.facts?.['correlationId']));
    }
    expect(await failureOf(() => interactions.readProperty('bare', context))).toMatch(
      'internal OUTPUT_MISMATCH',
    );
    const silent = failureOf(() => interactions.invokeAction('add', { a: 1 }, context));
    await Promise.resolve();
    clock.advance(1000);
    expect(await silent).toMatch('timeout HANDLER_TIMEOUT');
    expect(signals[0]?.aborted).toBe(true);
  });

  test('are told when their caller goes', async () => {
    const caller = new AbortController();
    const { interactions } = await machine({
      handlers: () => ({
        actions: {
          ping: (_, { signal }) =>
            new Promise((resolve) => {
              signal.addEventListener('abort', resolve);
              caller.abort();
            }),
        },
      }),
    });
    expect(await interactions.invokeAction('ping', undefined, { ...context, signal: caller.signal })).toEqual(
      {
        output: undefined,
      },
    );
  });

  test('act on the device first, and may refuse a held value', async () => {
    const written = (value: unknown) => {
      if (value === 9) throw new WotError('conflict', 'JAMMED', 'The device is jammed.');
    };
    const { interactions } = await machine({
      handlers: () => ({ properties: { level: { initial: 1, written } } }),
    });
    expect(await failureOf(() => interactions.writeProperty('level', 9, context))).toMatch('conflict JAMMED');
    await interactions.writeProperty('level', 8, context);
    expect(await interactions.readProperty('level', context)).toBe(8);
  });
});

describe('changes', () => {
  test('of held properties are told once, with rising ids, by writes and by the device', async () => {
    const { interactions, handle } = await machine();
    const changes: Change[] = [];
    const stop = await interactions.observeProperty(
      'level',
      { change: (change) => changes.push(change) },
      context,
    );
    await interactions.writeProperty('level', 2, context);
    await interactions.writeProperty('level', 2, context);
    handle.set('level', 3);
    stop();
    handle.set('level', 4);
    expect(changes.map(({ data }) => data)).toEqual([1, 2, 3]);
    expect(handle.get('level')).toBe(4);
    const ids = changes.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  test('observing all starts with all, without the properties that fail', async () => {
    const { interactions, handle, logged } = await machine({
      handlers: () => ({ properties: { own: { read: () => Promise.reject(new Error('off')) } } }),
    });
    const told: unknown[] = [];
    const subscriber = {
      change: ({ name, data }: Change) => told.push([name, data]),
      ended: () => told.push('ended'),
    };
    await interactions.observeAllProperties(subscriber, context);
    handle.notify('own', 5);
    expect(told).toEqual([
      ['level', 1],
      ['own', 5],
    ]);
    expect(logged.some(({ message }) => message.includes('could not be read'))).toBe(true);
  });

  test('observing all stands while one property is silent, whose value comes later', async () => {
    let answer: (value: number) => void = () => {};
    const read = () =>
      new Promise<number>((resolve) => {
        answer = resolve;
      });
    const { interactions, clock } = await machine({ handlers: () => ({ properties: { own: { read } } }) });
    const told: unknown[] = [];
    const subscriber = { change: ({ name, data }: Change) => told.push([name, data]) };
    const standing = interactions.observeAllProperties(subscriber, context);
    await Promise.resolve();
    clock.advance(500);
    const stop = await standing;
    expect(told).toEqual([['level', 1]]);
    answer(4);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([
      ['level', 1],
      ['own', 4],
    ]);
    stop();
  });

  test('during a first read that fails are told all the same', async () => {
    let fail: (error: Error) => void = () => {};
    const read = () =>
      new Promise<number>((_, reject) => {
        fail = reject;
      });
    const { interactions, handle } = await machine({ handlers: () => ({ properties: { own: { read } } }) });
    const told: unknown[] = [];
    const observing = interactions.observeProperty('own', { change: ({ data }) => told.push(data) }, context);
    await Promise.resolve();
    handle.notify('own', 5);
    fail(new Error('off'));
    expect(await failureOf(() => observing)).toMatch('HANDLER_FAILED');
    handle.notify('own', 6);
    expect(told).toEqual([5]);
  });

  test('events reach subscribers of one and of all; hooks are told of the first and the last, and may fail', async () => {
    const hooks: string[] = [];
    const { interactions, handle, logged } = await machine({
      handlers: () => ({
        events: {
          hot: { subscribed: () => hooks.push('+'), unsubscribed: () => hooks.push('-') },
          bell: {
            subscribed: () => {
              throw new Error('hook');
            },
          },
        },
      }),
    });
    const told: unknown[] = [];
    const subscriber = { change: ({ name, data }: Change) => told.push([name, data]) };
    const stop = await interactions.subscribeEvent('hot', subscriber, context);
    const stopAll = await interactions.subscribeAllEvents(subscriber, context);
    handle.emit('hot', 90);
    stop();
    stop();
    handle.emit('bell', 'ignored: the event has no data');
    stopAll();
    handle.emit('hot', 91);
    expect(told).toEqual([
      ['hot', 90],
      ['hot', 90],
      ['bell', undefined],
    ]);
    expect(hooks).toEqual(['+', '-']);
    expect(logged.some(({ message }) => message.includes('hook'))).toBe(true);
  });

  test('are replayed of this Thing, filtered by rights', async () => {
    const { interactions, handle } = await machine();
    handle.set('level', 2);
    handle.emit('hot', 90);
    const { changes } = interactions.replay(0, context);
    expect(changes.map(({ kind, name, data }) => [kind, name, data])).toEqual([
      ['properties', 'level', 2],
      ['events', 'hot', 90],
    ]);
  });

  test('that do not fit are the device’s error', async () => {
    const { handle } = await machine();
    expect(await failureOf(() => handle.set('level', 99))).toMatch('internal OUTPUT_MISMATCH');
    expect(await failureOf(() => handle.set('own', 1))).toMatch('internal PROPERTY_NOT_HELD');
    expect(await failureOf(() => handle.emit('hot', 'x'))).toMatch('internal OUTPUT_MISMATCH');
    expect(await failureOf(() => handle.emit('nope'))).toMatch('not-found EVENT_UNKNOWN');
  });
});

describe('asynchronous actions', () => {
  function steered() {
    const ends: { resolve(output: unknown): void; reject(error: Error): void; signal: AbortSignal }[] = [];
    const move = (_: unknown, { signal }: { readonly signal: AbortSignal }) =>
      new Promise((resolve, reject) => ends.push({ resolve, reject, signal }));
    return { ends, handlers: () => ({ actions: { move } }) };
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  test('run, complete, fail and are forgotten', async () => {
    const { ends, handlers } = steered();
    const { interactions, clock } = await machine({ handlers });
    const invocations: InvocationStatus[] = [];
    for (const input of [1, 2, 3]) {
      const result = await interactions.invokeAction('move', input, context);
      if ('invocation' in result) invocations.push(result.invocation);
    }
    const [one = '', two = '', three = ''] = invocations.map(({ id }) => id);
    ends[0]?.resolve(7);
    ends[1]?.reject(new Error('hidden'));
    ends[2]?.resolve('wrong type');
    await settle();
    expect(await interactions.queryAction('move', one, context)).toMatchObject({
      status: 'completed',
      output: 7,
    });
    const failed = await interactions.queryAction('move', two, context);
    expect(failed).toMatchObject({ status: 'failed', error: { kind: 'internal', code: 'HANDLER_FAILED' } });
    expect(JSON.stringify(failed)).not.toContain('hidden');
    expect(await interactions.queryAction('move', three, context)).toMatchObject({
      error: { code: 'OUTPUT_MISMATCH' },
    });
    const all = await interactions.queryAllActions(context);
    expect(all['move']?.map(({ id }) => id)).toEqual([three, two, one]);
    await interactions.cancelAction('move', one, context);
    expect(await failureOf(() => interactions.queryAction('move', one, context))).toMatch(
      'not-found INVOCATION_UNKNOWN',
    );
    clock.advance(3_600_001);
    expect(await interactions.queryAllActions(context)).toEqual({ move: [] });
  });

  test('are cancelled, also when the Thing goes', async () => {
    const { ends, handlers } = steered();
    const { interactions, servient } = await machine({ handlers });
    const result = await interactions.invokeAction('move', 1, context);
    const id = 'invocation' in result ? result.invocation.id : '';
    await interactions.cancelAction('move', id, context);
    expect(ends[0]?.signal.aborted).toBe(true);
    ends[0]?.reject(ends[0].signal.reason);
    await settle();
    expect(servient.things.get('machine')?.fault).toBeUndefined();
    expect(await failureOf(() => interactions.cancelAction('move', id, context))).toMatch('not-found');
    await interactions.invokeAction('move', 2, context);
    await servient.unexpose('machine');
    expect(ends[1]?.signal.aborted).toBe(true);
  });

  test('are bounded: a hundred finished and a thousand running ones', async () => {
    const { ends, handlers } = steered();
    const { interactions } = await machine({ handlers });
    for (let count = 0; count < 1000; count++) await interactions.invokeAction('move', count, context);
    expect(await failureOf(() => interactions.invokeAction('move', 1, context))).toMatch(
      'overloaded TOO_MANY_INVOCATIONS',
    );
    for (const { resolve } of ends) resolve(1);
    await settle();
    expect((await interactions.queryAllActions(context))['move']).toHaveLength(100);
  });
});

describe('persistent state', () => {
  test('survives, unless the TD no longer allows it', async () => {
    const { definition, storage, handle, interactions } = await machine({
      options: { persist: ['level', 'fixed'] },
    });
    await interactions.writeProperty('level', 9, context);
    handle.set('fixed', 'kept');
    await Promise.resolve();
    const next = createServient({ storage });
    running.push(next);
    const again = await next.expose(definition);
    expect([again.handle.get('level'), again.handle.get('fixed')]).toEqual([9, 'kept']);
    const third = createServient({ storage, logger: silentLogger });
    running.push(third);
    const smaller = {
      ...definition,
      td: { ...td, properties: { ...td.properties, level: { type: 'integer', maximum: 3 } as const } },
    };
    const { handle: reset } = await third.expose(smaller);
    expect(reset.get('level')).toBe(1);
  });

  test('of two values under way the later one stands', async () => {
    const storage = memoryStorage();
    const saves: (() => void)[] = [];
    const properties = {
      ...storage.properties,
      save: () => new Promise<void>((resolve) => saves.push(resolve)),
    };
    const servient = createServient({ storage: { ...storage, properties } });
    running.push(servient);
    const handlers = () => ({ properties: { level: { initial: 1 } } });
    const persisted: ThingDefinition = {
      td: { ...td, title: 'P' },
      options: { persist: ['level'] },
      handlers,
    };
    const { handle } = await servient.expose(persisted);
    handle.set('level', 2);
    handle.set('level', 3);
    saves[1]?.();
    await new Promise((resolve) => setImmediate(resolve));
    saves[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(handle.get('level')).toBe(3);
  });

  test('of a handler’s own sets is read back by it, and durable before its answer', async () => {
    const saved: unknown[] = [];
    const storage = memoryStorage();
    const save = async (_thing: string, _name: string, value: unknown) => {
      await new Promise((resolve) => setImmediate(resolve));
      saved.push(value);
    };
    const servient = createServient({ storage: { ...storage, properties: { ...storage.properties, save } } });
    running.push(servient);
    const handlers = (thing: ThingHandle) => ({
      properties: { level: { initial: 0 } },
      actions: {
        ping: () => {
          thing.set('level', Number(thing.get('level')) + 1);
          thing.set('level', Number(thing.get('level')) + 1);
        },
      },
    });
    await servient.expose({ td: { ...td, title: 'P' }, options: { persist: ['level'] }, handlers });
    const interactions = servient.things.get('p')?.interactions;
    await Promise.all([1, 2, 3].map(() => interactions?.invokeAction('ping', undefined, context)));
    expect(saved).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await interactions?.readProperty('level', context)).toBe(6);
  });

  test('that cannot be stored fails the interaction, is logged, and changes nothing', async () => {
    const storage = memoryStorage();
    const save = () => Promise.reject(new Error('/secret/path is full'));
    const logged: string[] = [];
    const log = (message: string) => logged.push(message);
    const logger = { debug: log, info: log, warn: log, error: log };
    const properties = { ...storage.properties, save };
    const servient = createServient({ logger, storage: { ...storage, properties } });
    running.push(servient);
    const handlers = (thing: ThingHandle) => ({
      properties: { level: { initial: 1 } },
      actions: { ping: () => thing.set('level', 5) },
    });
    const { handle } = await servient.expose({
      td: { ...td, title: 'P' },
      options: { persist: ['level'] },
      handlers,
    });
    const interactions = servient.things.get('p')?.interactions;
    for (const call of [
      () => interactions?.writeProperty('level', 2, context),
      () => interactions?.invokeAction('ping', undefined, context),
    ]) {
      const failure = await failureOf(call);
      expect(failure).toMatch('unavailable STATE_NOT_STORED');
      expect(failure).not.toContain('secret');
    }
    expect([handle.get('level'), await interactions?.readProperty('level', context)]).toEqual([1, 1]);
    expect(logged).toHaveLength(2);
  });
});

describe('values', () => {
  test('cannot be changed by their giver or taker afterwards', async () => {
    const list: PartialTd = {
      title: 'List',
      properties: { items: { type: 'array', observable: true } },
      events: { told: { data: { type: 'object' } } },
    };
    const servient = createServient();
    running.push(servient);
    const handlers = () => ({ properties: { items: { initial: [] } } });
    const { handle } = await servient.expose({ td: list, options: {}, handlers });
    const items = handle.get('items') as number[];
    for (const item of [1, 2]) {
      items.push(item);
      handle.set('items', items);
    }
    const event = { n: 1 };
    for (const n of [1, 2]) {
      event.n = n;
      handle.emit('told', event);
    }
    const { changes } = servient.things.get('list')?.interactions.replay(0, context) ?? { changes: [] };
    expect(changes.map(({ data }) => data)).toEqual([[1], [1, 2], { n: 1 }, { n: 2 }]);
  });

  test('that no protocol carries are refused where they are given', async () => {
    const { handle } = await machine();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const value of [10n, circular, Number.NaN, new Uint8Array(1)]) {
      expect(await failureOf(() => handle.set('level', value))).toMatch('internal VALUE_NOT_PLAIN');
      expect(await failureOf(() => handle.notify('own', value))).toMatch('internal VALUE_NOT_PLAIN');
      expect(await failureOf(() => handle.emit('hot', value))).toMatch('internal VALUE_NOT_PLAIN');
    }
    const { interactions } = await machine();
    const binary = failureOf(() => interactions.writeProperty('level', new Uint8Array(3), context));
    expect(await binary).toMatch('unsupported-media BINARY_NOT_EXPECTED');
  });

  test('of two writes under way are those that the device was told last', async () => {
    const ends: (() => void)[] = [];
    const written = () => new Promise<void>((resolve) => ends.push(resolve));
    const { interactions, clock } = await machine({
      handlers: () => ({ properties: { level: { initial: 0, written } } }),
    });
    const writes = [1, 2].map((value) => interactions.writeProperty('level', value, context));
    ends[1]?.();
    await writes[1];
    ends[0]?.();
    await writes[0];
    expect(await interactions.readProperty('level', context)).toBe(2);
    const late = failureOf(() => interactions.writeProperty('level', 7, context));
    await Promise.resolve();
    clock.advance(1000);
    expect(await late).toMatch('timeout HANDLER_TIMEOUT');
    ends[2]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await interactions.readProperty('level', context)).toBe(7);
  });

  test('that a device corrects, or that end in another order, are stored as they are shown', async () => {
    const storage = memoryStorage();
    const ends: (() => void)[] = [];
    const definition: ThingDefinition = {
      td: { ...td, title: 'P', properties: { level: { type: 'integer', observable: true } } },
      options: { persist: ['level'] },
      handlers: (thing) => ({
        properties: {
          level: {
            initial: 0,
            written: (value) => {
              if (Number(value) > 100) thing.set('level', 100);
              return Number(value) < 10 ? new Promise<void>((resolve) => ends.push(resolve)) : undefined;
            },
          },
        },
      }),
    };
    const shownAndStored = async () => {
      const { interactions } = servient.things.get('p') as NonNullable<
        ReturnType<typeof servient.things.get>
      >;
      const next = createServient({ storage });
      running.push(next);
      const stored = (await next.expose(definition)).handle.get('level');
      return [await interactions.readProperty('level', context), stored];
    };
    const servient = createServient({ storage });
    running.push(servient);
    await servient.expose(definition);
    const interactions = servient.things.get('p')?.interactions;
    await interactions?.writeProperty('level', 150, context);
    expect(await shownAndStored()).toEqual([100, 100]);
    const writes = [1, 2].map((value) => interactions?.writeProperty('level', value, context));
    ends[1]?.();
    await Promise.resolve();
    ends[0]?.();
    await Promise.all(writes);
    expect(await shownAndStored()).toEqual([2, 2]);
  });

  test('that come after a Thing has gone do not reach its successor', async () => {
    const storage = memoryStorage();
    const servient = createServient({ storage });
    running.push(servient);
    const handlers = () => ({ properties: { level: { initial: 0 } } });
    const definition: ThingDefinition = {
      td: { ...td, title: 'P' },
      options: { persist: ['level'] },
      handlers,
    };
    const { handle } = await servient.expose(definition);
    await servient.unexpose('p');
    await servient.expose(definition);
    const interactions = servient.things.get('p')?.interactions;
    const told: unknown[] = [];
    await interactions?.observeProperty('level', { change: ({ data }) => told.push(data) }, context);
    await interactions?.subscribeEvent('bell', { change: ({ name }) => told.push(name) }, context);
    await interactions?.writeProperty('level', 9, context);
    handle.set('level', 1);
    handle.emit('bell');
    expect(told).toEqual([0, 9]);
    expect(storage.properties.load('p').get('level')).toBe(9);
  });

  test('that come too late for their Thing are not acknowledged', async () => {
    const ends: (() => void)[] = [];
    const { servient, interactions } = await machine({
      handlers: (thing) => ({
        properties: {
          level: { initial: 1, written: () => new Promise<void>((resolve) => ends.push(resolve)) },
        },
        actions: {
          ping: async () => {
            await new Promise<void>((resolve) => ends.push(resolve));
            thing.set('fixed', 'late');
          },
        },
      }),
    });
    const under = [
      interactions.writeProperty('level', 7, context),
      interactions.invokeAction('ping', undefined, context),
    ];
    const endings = under.map((call) => failureOf(() => call));
    await servient.unexpose('machine');
    for (const end of ends) end();
    const late = failureOf(() => interactions.writeProperty('secret', 'x', context));
    for (const ending of [...endings, late]) expect(await ending).toMatch(/^unavailable THING_GONE: .*again/);
  });
});

describe('the device', () => {
  test('is at fault from its first silence to its next answer, and not for what callers do wrong', async () => {
    let state: 'gone' | 'silent' | 'busy' | 'there' = 'gone';
    const act = () => {
      if (state === 'silent') return new Promise<number>(() => {});
      if (state === 'busy') throw new WotError('conflict', 'BUSY', 'It moves.');
      if (state === 'gone') throw new WotError('unavailable', 'LINE_DEAD', 'The line is dead.');
      return 1;
    };
    const { servient, interactions, clock } = await machine({
      handlers: () => ({ properties: { own: { read: act } }, actions: { ping: act, move: act } }),
    });
    const fault = () => servient.things.get('machine')?.fault;
    const read = () => interactions.readProperty('own', context);
    expect(fault()).toBeUndefined();

    const since = Math.floor(clock.now());
    await expect(read()).rejects.toThrow('dead');
    expect(fault()).toMatchObject({ error: { code: 'LINE_DEAD' }, since });

    state = 'silent';
    const waiting = expect(interactions.invokeAction('ping', undefined, context)).rejects.toThrow();
    clock.advance(1000);
    await waiting;
    expect(fault()).toMatchObject({ error: { code: 'HANDLER_TIMEOUT' }, since });

    state = 'busy';
    await expect(read()).rejects.toThrow('moves');
    await interactions.readProperty('level', context);
    expect(fault()).toBeDefined();

    state = 'there';
    await read();
    expect(fault()).toBeUndefined();
  });

  test('that has not told a value yet is not at fault: observers wait for it, others are told the rest', async () => {
    let known: number | undefined;
    const read = () => {
      if (known === undefined) throw new WotError('conflict', 'VALUE_UNKNOWN', 'It was not told yet.');
      return known;
    };
    const { servient, interactions, handle, logged } = await machine({
      handlers: () => ({ properties: { own: { read }, bare: { initial: 2 } } }),
    });
    const changes: unknown[] = [];
    const change = ({ name, data }: Change) => changes.push([name, data]);
    await interactions.observeProperty('own', { change }, context);
    await interactions.observeAllProperties({ change }, context);
    expect(changes).toEqual([['level', 1]]);
    expect(await interactions.readAllProperties(context)).toEqual({ level: 1, fixed: 'f', bare: 2 });
    expect(await failureOf(() => interactions.readProperty('own', context))).toMatch(/VALUE_UNKNOWN/);
    await expect(interactions.readMultipleProperties(['own'], context)).rejects.toThrow(
      'own: It was not told',
    );
    known = 5;
    handle.notify('own', 5);
    expect(changes.slice(1)).toEqual([
      ['own', 5],
      ['own', 5],
    ]);
    expect([logged, servient.things.get('machine')?.fault]).toEqual([[], undefined]);
  });

  test('may tell by itself that it does not answer', async () => {
    const { servient, handle } = await machine();
    handle.tellFault(new WotError('unavailable', 'UNPLUGGED', 'It has no power.'));
    expect(servient.things.get('machine')?.fault?.error.code).toBe('UNPLUGGED');
    handle.tellFault(undefined);
    expect(servient.things.get('machine')?.fault).toBeUndefined();
  });

  test('is at fault by asynchronous actions too', async () => {
    let isThere = false;
    const { servient, interactions } = await machine({
      handlers: () => ({
        actions: {
          async move() {
            if (!isThere) throw new WotError('timeout', 'NO_ECHO', 'It says nothing.');
            return 1;
          },
        },
      }),
    });
    const fault = () => servient.things.get('machine')?.fault;
    await interactions.invokeAction('move', 1, context);
    await vi.waitFor(() => expect(fault()?.error.code).toBe('NO_ECHO'));
    isThere = true;
    await interactions.invokeAction('move', 1, context);
    await vi.waitFor(() => expect(fault()).toBeUndefined());
  });
});
