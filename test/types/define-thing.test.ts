import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { expectTypeOf, test } from 'vitest';
import type { ThingHandlers } from '../../src/contracts/definition.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { type DefinedThing, defineThing } from '../../src/td/define-thing.ts';
import type {
  ActionInput,
  ActionOutput,
  EventData,
  EventNames,
  PropertyData,
  PropertyInput,
  PropertyNames,
} from '../../src/td/infer/affordances.ts';
import type { UriVariablesOf } from '../../src/td/infer/uri-variables.ts';

/** Never runs: what stands in it need only compile, or not. */
const typesOnly = (_body: () => void) => {};

const fan = {
  title: 'Fan',
  uriVariables: { language: { type: 'string' }, verbose: { type: 'string' } },
  properties: {
    speed: { type: 'integer', minimum: 0, maximum: 3, observable: true },
    mode: { type: 'string', enum: ['day', 'night'] },
    hours: { type: 'number', readOnly: true, uriVariables: { verbose: { type: 'boolean' } } },
    pin: { type: 'string', writeOnly: true },
  },
  actions: {
    boost: { input: { type: 'number' }, output: { type: 'string' } },
    reset: {},
  },
  events: { worn: { data: { type: 'object', properties: { hours: { type: 'number' } } } }, ping: {} },
} as const satisfies PartialTd;
type Fan = typeof fan;

const rest = { pin: { write: () => {} }, hours: { read: () => 3 } } as const;
const day = () => 'day' as const;
const actions = { boost: () => 'done', reset: () => {} };

test('the names and data of a TD literal', () => {
  expectTypeOf<PropertyNames<Fan>>().toEqualTypeOf<'speed' | 'mode' | 'hours' | 'pin'>();
  expectTypeOf<EventNames<{ readonly title: 'x' }>>().toEqualTypeOf<never>();
  expectTypeOf<PropertyData<Fan, 'speed'>>().toEqualTypeOf<0 | 1 | 2 | 3>();
  expectTypeOf<PropertyInput<Fan, 'mode'>>().toEqualTypeOf<'day' | 'night'>();
  expectTypeOf<ActionInput<Fan, 'boost'>>().toEqualTypeOf<number>();
  expectTypeOf<ActionInput<Fan, 'reset'>>().toEqualTypeOf<undefined>();
  expectTypeOf<ActionOutput<Fan, 'boost'>>().toEqualTypeOf<string>();
  expectTypeOf<ActionOutput<Fan, 'reset'>>().toEqualTypeOf<void>();
  expectTypeOf<EventData<Fan, 'worn'>>().toEqualTypeOf<{ readonly hours?: number }>();
  expectTypeOf<EventData<Fan, 'ping'>>().toEqualTypeOf<undefined>();
});

test('uriVariables: those of the affordance win over those of the Thing', () => {
  type Hours = UriVariablesOf<Fan, Fan['properties']['hours']>;
  expectTypeOf<Hours>().toEqualTypeOf<{ readonly verbose?: boolean; readonly language?: string }>();
  expectTypeOf<keyof UriVariablesOf<{ title: 'x' }, { type: 'string' }>>().toEqualTypeOf<never>();
});

test('handlers are typed by the literal, which the definition keeps', () => {
  const definition = defineThing(
    {
      title: 'Lamp',
      properties: { power: { type: 'string', enum: ['on', 'off'] }, level: { type: 'number' } },
      actions: { fade: { input: { type: 'number' }, output: { type: 'boolean' } } },
      events: { burnt: { data: { type: 'string' } }, ping: {} },
    },
    (thing) => {
      typesOnly(() => {
        expectTypeOf(thing.get('power')).toEqualTypeOf<'on' | 'off'>();
        thing.set('power', 'on');
        thing.emit('burnt', 'at noon');
        thing.emit('ping');
        // @ts-expect-error: not in the enum
        thing.set('power', 'dim');
        // @ts-expect-error: no such property
        thing.notify('colour', 'red');
        // @ts-expect-error: the event has data
        thing.emit('burnt');
        // @ts-expect-error: the event has no data
        thing.emit('ping', 1);
        // @ts-expect-error: no such event
        thing.emit('sparked');
      });
      return {
        properties: {
          power: {
            initial: 'off',
            written: (value) => expectTypeOf(value).toEqualTypeOf<'on' | 'off'>() && undefined,
          },
          level: { read: async () => 3, write: (value, { signal }) => void value.toFixed(signal ? 1 : 0) },
        },
        actions: {
          fade: (seconds, context) => {
            expectTypeOf(seconds).toEqualTypeOf<number>();
            expectTypeOf(context.principal.name).toEqualTypeOf<string>();
            return Promise.resolve(seconds > 1);
          },
        },
        events: { burnt: { subscribed() {} } },
        close: async () => {},
      };
    },
    { persist: ['power'], notify: { level: { deadband: 1 } } },
  );
  expectTypeOf(definition.td.properties.power.enum).toEqualTypeOf<readonly ['on', 'off']>();
});

test('the context carries the declared uriVariables alone', () => {
  const properties = {
    speed: { initial: 0 },
    mode: { initial: 'day' },
    pin: { initial: '1234' },
  } as const;
  defineThing(fan, {
    properties: {
      ...properties,
      hours: {
        read: ({ uriVariables }) => {
          expectTypeOf(uriVariables.verbose).toEqualTypeOf<boolean | undefined>();
          // @ts-expect-error: not declared
          return uriVariables.absent ?? 1;
        },
      },
    },
    actions,
  });
});

test('a wrong property handler does not compile', () => {
  typesOnly(() => {
    const mode = { initial: 'day' } as const;
    const speed = { initial: 1 } as const;
    // @ts-expect-error: 4 is out of range
    defineThing(fan, { properties: { ...rest, mode, speed: { initial: 4 } }, actions });
    // @ts-expect-error: not in the enum
    defineThing(fan, { properties: { ...rest, speed, mode: { initial: 'noon' } }, actions });
    // @ts-expect-error: reads a number, not a string
    defineThing(fan, { properties: { ...rest, speed, mode, hours: { read: () => '3' } }, actions });
    // @ts-expect-error: takes a string, not a number
    defineThing(fan, { properties: { ...rest, speed, mode, pin: { write: (_pin: number) => {} } }, actions });
    // @ts-expect-error: handles one of the modes only
    defineThing(fan, {
      properties: { ...rest, speed, mode: { ...mode, written: (_mode: 'day') => {} } },
      actions,
    });
    // @ts-expect-error: readOnly, no write
    defineThing(fan, {
      properties: { ...rest, speed, mode, hours: { read: () => 3, write: () => {} } },
      actions,
    });
    // @ts-expect-error: readOnly, never written
    defineThing(fan, {
      properties: { ...rest, speed, mode, hours: { initial: 3, written: () => {} } },
      actions,
    });
    // @ts-expect-error: writeOnly, no read
    defineThing(fan, {
      properties: { ...rest, speed, mode, pin: { read: () => '', write: () => {} } },
      actions,
    });
    // @ts-expect-error: write is missing
    defineThing(fan, { properties: { ...rest, speed, mode: { read: day } }, actions });
    // @ts-expect-error: held or read, not both
    defineThing(fan, {
      properties: { ...rest, speed, mode: { initial: 'day', read: () => 'day' } },
      actions,
    });
    // @ts-expect-error: mode has no handler
    defineThing(fan, { properties: { ...rest, speed }, actions });
    // @ts-expect-error: no handlers for properties at all
    defineThing(fan, { actions });
    // @ts-expect-error: no such property
    defineThing(fan, { properties: { ...rest, speed, mode, colour: { initial: 'red' } }, actions });
    // @ts-expect-error: the TD has no properties
    defineThing({ title: 'Bare' }, { properties: { colour: { initial: 'red' } } });
  });
});

test('a wrong action or event handler, or option, does not compile', () => {
  const properties = { ...rest, speed: { initial: 0 }, mode: { initial: 'day' } } as const;
  typesOnly(() => {
    // @ts-expect-error: output is a string
    defineThing(fan, { properties, actions: { ...actions, boost: () => 1 } });
    // @ts-expect-error: takes a number
    defineThing(fan, { properties, actions: { ...actions, boost: (by: string) => by } });
    // @ts-expect-error: declares no output
    defineThing(fan, { properties, actions: { ...actions, reset: () => 1 } });
    // @ts-expect-error: reset is missing
    defineThing(fan, { properties, actions: { boost: () => 'done' } });
    // @ts-expect-error: no such action
    defineThing(fan, { properties, actions: { ...actions, explode: () => {} } });
    // @ts-expect-error: no such event
    defineThing(fan, { properties, actions, events: { broken: {} } });
    // @ts-expect-error: no such property
    defineThing(fan, { properties, actions }, { persist: ['colour'] });
    // @ts-expect-error: no such property
    defineThing(fan, { properties, actions }, { notify: { colour: { deadband: 1 } } });
    // @ts-expect-error: made by a function, still refused
    defineThing(fan, () => ({ properties, actions: { ...actions, boost: () => 1 } }));
    // @ts-expect-error: handlers are not made by a promise
    defineThing(fan, async () => ({ properties, actions }));
  });
});

test('async handlers: TypeScript widens a lone literal, everything else passes', () => {
  typesOnly(() => {
    const base = { ...rest, speed: { initial: 0 } } as const;
    const write = () => {};
    defineThing(fan, { properties: { ...base, mode: { read: () => 'day', write } }, actions });
    defineThing(fan, { properties: { ...base, mode: { read: async () => day(), write } }, actions });
    defineThing(fan, {
      properties: { ...base, mode: { read: async () => (Math.random() > 0.5 ? 'day' : 'night'), write } },
      actions,
    });
    // @ts-expect-error: widened to string; write `'day' as const`
    defineThing(fan, { properties: { ...base, mode: { read: async () => 'day', write } }, actions });
  });
});

test('a loosely typed TD takes loosely typed handlers', () => {
  typesOnly(() => {
    const loose = undefined as unknown as { td: PartialTd; handlers: ThingHandlers };
    expectTypeOf(defineThing(loose.td, loose.handlers)).toEqualTypeOf<DefinedThing<PartialTd>>();
    defineThing(
      loose.td,
      (thing) => {
        expectTypeOf(thing.get('any')).toEqualTypeOf<unknown>();
        thing.set('any', 1);
        thing.emit('any');
        thing.emit('any', 1);
        return loose.handlers;
      },
      { persist: ['any'] },
    );
    defineThing(JSON.parse('{}'), { properties: { any: { read: () => 1 } } });
  });
});

test('declared content types: bytes, text and streams', () => {
  const camera = {
    title: 'Camera',
    properties: {
      frame: { readOnly: true, forms: [{ contentType: 'image/png' }] },
      overlay: { type: 'string', forms: [{ contentType: 'image/svg+xml' }] },
      log: { readOnly: true, forms: [{ contentType: 'text/csv' }] },
      limit: { type: 'number', forms: [{ contentType: 'text/plain' }] },
      record: { type: 'boolean', forms: [{ contentType: 'application/senml+json' }] },
    },
    actions: {
      print: {
        input: {},
        output: {},
        forms: [{ contentType: 'application/pdf', response: { contentType: 'text/plain' } }],
      },
      snap: { output: {}, forms: [{ response: { contentType: 'image/jpeg' } }] },
      turn: {
        forms: [{ contentType: 'application/octet-stream', response: { contentType: 'image/png' } }],
      },
      load: { forms: [{ contentType: 'application/pdf' }] },
      shot: { output: {}, forms: [{ contentType: 'image/png' }] },
    },
    events: {
      motion: { data: {}, forms: [{ contentType: 'image/jpeg' }] },
      line: { forms: [{ contentType: 'text/csv' }] },
    },
  } as const satisfies PartialTd;
  type Camera = typeof camera;
  expectTypeOf<PropertyData<Camera, 'frame'>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<PropertyInput<Camera, 'overlay'>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<PropertyData<Camera, 'log'>>().toEqualTypeOf<string>();
  expectTypeOf<PropertyData<Camera, 'limit'>>().toEqualTypeOf<number>();
  expectTypeOf<PropertyData<Camera, 'record'>>().toEqualTypeOf<boolean>();
  expectTypeOf<ActionInput<Camera, 'print'>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<ActionInput<Camera, 'snap'>>().toEqualTypeOf<undefined>();
  expectTypeOf<ActionOutput<Camera, 'snap'>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<ActionInput<Camera, 'turn'>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<ActionOutput<Camera, 'turn'>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<ActionInput<Camera, 'load'>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<ActionOutput<Camera, 'load'>>().toEqualTypeOf<void>();
  expectTypeOf<ActionInput<Camera, 'shot'>>().toEqualTypeOf<undefined>();
  expectTypeOf<EventData<Camera, 'motion'>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<EventData<Camera, 'line'>>().toEqualTypeOf<string>();
  typesOnly(() =>
    defineThing(camera, {
      properties: {
        frame: { read: () => Readable.from(['png']) },
        overlay: { initial: new Uint8Array(), written: (value) => void value.byteLength },
        log: { read: async () => new ReadableStream() },
        limit: { initial: 3 },
        record: { read: () => true, write: (value) => void (value satisfies boolean) },
      },
      actions: {
        print: (input) => String(input.byteLength),
        snap: () => 'text of an image',
        turn: (input) => Readable.from([input]),
        load: (input) => void input.byteLength,
        shot: () => new Uint8Array(),
      },
    }),
  );
});
