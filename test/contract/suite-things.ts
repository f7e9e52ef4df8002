import type {
  ActionHandler,
  PropertyHandler,
  ThingDefinition,
  ThingHandle,
  ThingOptions,
} from '../../src/contracts/definition.ts';
import { type ErrorKind, WotError } from '../../src/contracts/errors.ts';
import type { Value } from '../../src/contracts/interaction.ts';
import type { DataSchema, PartialTd } from '../../src/contracts/td.ts';

/** An asynchronous invocation that waits for the test to end it. */
export interface PendingMove {
  readonly input: Value;
  readonly signal: AbortSignal;
  finish(output: Value): void;
  fail(error: Error): void;
}

/** The device side of the suite's Things, in the hands of the test. */
export class Device {
  readonly handles = new Map<string, ThingHandle>();
  /** What `written` and `write` handlers were given, in order: property name and value. */
  readonly writes: [property: string, value: Value][] = [];
  readonly moves: PendingMove[] = [];
  position: Value = { x: 1, y: 2 };

  handle(thing = 'machine'): ThingHandle {
    const handle = this.handles.get(thing);
    if (handle === undefined) throw new Error(`Thing ${thing} was never exposed`);
    return handle;
  }
}

/** The words of the fixture's bugs, which no peer may ever read. */
export const hiddenWords = 'the password is swordfish';

/** Names that are hard to carry in paths, topics and objects. */
export const oddNames: readonly string[] = [
  'with space',
  'a/b',
  '50%',
  '%2F',
  'a+b',
  '#1',
  'a?b=c&d',
  'semi;colon',
  '__proto__',
  'constructor',
  'toString',
  'ünï',
  '漢字',
  '🌡️',
];

/** Values that are easily taken for nothing, one property and one action each. */
export const emptyValues: Readonly<Record<string, Value>> = {
  nothing: null,
  no: false,
  zero: 0,
  blank: '',
  bare: {},
  void: [],
};

const limits = {
  type: 'object',
  properties: { low: { type: 'number' }, high: { type: 'number' }, unit: { type: 'string' } },
  required: ['low', 'high'],
} as const satisfies DataSchema;

/** Properties of the machine whose values the servient holds: schema and first value. */
const heldProperties = {
  level: { type: 'number', minimum: 0, maximum: 100, observable: true },
  count: { type: 'integer', observable: true },
  flag: { type: 'boolean', observable: true },
  label: { type: 'string', maxLength: 200_000, observable: true },
  mode: { type: 'string', enum: ['off', 'on', 'auto'] },
  limits: { ...limits, observable: true },
  profile: { type: 'array', items: { type: 'integer' }, maxItems: 100_000 },
  point: { type: 'array', items: [{ type: 'number' }, { type: 'string' }], minItems: 2, maxItems: 2 },
  choice: { oneOf: [{ type: 'number' }, { type: 'string' }] },
  anything: { observable: true },
} as const satisfies Record<string, DataSchema>;

export const initialValues = {
  level: 20,
  count: 3,
  flag: true,
  label: 'Grüße 🌱\n"\\',
  mode: 'auto',
  limits: { low: -1.5, high: 30 },
  profile: [1, 2, 3],
  point: [0.25, 'north'],
  choice: 'either',
  anything: { nested: [null, { deep: true }] },
} as const;

/** Every kind of schema and ownership, all of it working. */
export function machine(device: Device): ThingDefinition {
  return define(device, 'machine', {
    td: {
      title: 'Machine',
      properties: {
        ...heldProperties,
        serial: { type: 'string', readOnly: true, const: 'M-0001' },
        secret: { type: 'string', writeOnly: true, minLength: 1 },
        position: {
          type: 'object',
          properties: { x: { type: 'number' }, y: { type: 'number' } },
          required: ['x', 'y'],
          observable: true,
        },
        scaled: {
          type: 'object',
          readOnly: true,
          uriVariables: {
            unit: { type: 'string', enum: ['C', 'F'] },
            digits: { type: 'integer', minimum: 0 },
            tags: { type: 'array', items: { type: 'string' } },
            'zero, at*': { type: 'object', properties: { x: { type: 'number' }, y: { type: 'number' } } },
          },
        },
      },
      actions: {
        add: {
          input: {
            type: 'object',
            properties: { a: { type: 'number' }, b: { type: 'number' } },
            required: ['a', 'b'],
          },
          output: { type: 'number' },
        },
        echo: { input: {}, output: {} },
        ping: {},
        now: { output: { type: 'string' } },
        reset: { input: { type: 'string', enum: ['soft', 'hard'] } },
        tell: { uriVariables: { times: { type: 'integer' } }, output: { type: 'integer' } },
        move: {
          synchronous: false,
          input: { type: 'number' },
          output: { type: 'object', properties: { at: { type: 'number' } }, required: ['at'] },
        },
        home: { synchronous: false },
      },
      events: {
        alarm: {
          data: {
            type: 'object',
            properties: { code: { type: 'integer' }, text: { type: 'string' } },
            required: ['code'],
          },
        },
        moved: { data: { type: 'number' } },
        note: { data: {} },
        tick: {},
      },
    },
    properties: {
      ...Object.fromEntries(
        Object.entries(initialValues).map(([name, initial]) => [name, held(device, name, initial)]),
      ),
      serial: { read: () => 'M-0001' },
      secret: { write: (value) => void device.writes.push(['secret', value]) },
      position: {
        read: () => device.position,
        write(value) {
          device.writes.push(['position', value]);
          device.position = value;
          device.handle().notify('position', value);
        },
      },
      scaled: { read: ({ uriVariables }) => Promise.resolve({ ...uriVariables }) },
    },
    actions: {
      add: (input) => {
        const { a, b } = input as { readonly a: number; readonly b: number };
        return a + b;
      },
      echo: (input) => Promise.resolve(input),
      ping: () => undefined,
      now: () => '2026-01-01T00:00:00Z',
      reset: (input) => void device.writes.push(['reset', input]),
      tell: (_input, { uriVariables }) => uriVariables['times'] ?? -1,
      move: (input, { signal }) => pendingMove(device, input, signal),
      home: (input, { signal }) => pendingMove(device, input, signal),
    },
  });
}

/** Every way to fail. */
export function faulty(device: Device): ThingDefinition {
  const output = { type: 'number' } as const;
  return define(device, 'faulty', {
    td: {
      title: 'Faulty',
      properties: {
        sound: { type: 'number' },
        broken: { type: 'number' },
        lying: { type: 'number', readOnly: true },
        jammed: { type: 'number' },
        silent: { type: 'number' },
      },
      actions: {
        explode: { output },
        lie: { output },
        hang: { output },
        refuse: { input: { type: 'string' } },
        collapse: { synchronous: false, output },
      },
    },
    properties: {
      sound: { initial: 1 },
      broken: { read: explode, write: explode },
      lying: { read: () => 'not a number' },
      jammed: {
        initial: 5,
        written() {
          throw new WotError('conflict', 'VALVE_JAMMED', 'The valve is jammed; free it first.');
        },
      },
      silent: { read: never, write: never },
    },
    actions: {
      explode,
      lie: () => 'not a number',
      hang: never,
      refuse: (kind) => {
        throw new WotError(
          kind as ErrorKind,
          'REFUSED_BY_DESIGN',
          `Refused as ${String(kind)} by the fixture.`,
        );
      },
      collapse: () => Promise.reject(new Error(hiddenWords)),
    },
  });
}

/** Only what reads well as a whole: for the ops on all and several properties. */
export function station(device: Device): ThingDefinition {
  return define(device, 'station', {
    td: {
      title: 'Station',
      properties: {
        low: { type: 'number', observable: true },
        high: { type: 'number', observable: true },
        quiet: { type: 'string' },
        fixed: { type: 'integer', readOnly: true },
        key: { type: 'string', writeOnly: true },
      },
      events: { opened: { data: { type: 'number' } }, closed: {} },
    },
    properties: {
      low: held(device, 'low', 1),
      high: held(device, 'high', 9),
      quiet: held(device, 'quiet', 'hush'),
      fixed: { read: () => 42 },
      key: { write: (value) => void device.writes.push(['key', value]) },
    },
  });
}

/** Properties with notify rules: `calm` (minInterval 1000 ms) and `steady` (deadband 0.5), both 20 at first. */
export function thinned(device: Device): ThingDefinition {
  const number = { type: 'number', observable: true } as const;
  return define(device, 'thinned', {
    td: { title: 'Thinned', properties: { calm: number, steady: number } },
    options: { notify: { calm: { minInterval: 1000 }, steady: { deadband: 0.5 } } },
    properties: { calm: { initial: 20 }, steady: { initial: 20 } },
  });
}

/** All odd names as property, action and event names. */
export function oddlyEquipped(device: Device): ThingDefinition {
  const named = <T>(value: T) => Object.fromEntries(oddNames.map((name) => [name, value]));
  return define(device, 'odd', {
    td: {
      title: 'Odd',
      properties: named({ type: 'string', observable: true }),
      actions: named({ input: { type: 'string' }, output: { type: 'string' } }),
      events: named({ data: { type: 'string' } }),
    },
    properties: Object.fromEntries(oddNames.map((name) => [name, held(device, name, `value of ${name}`)])),
    actions: Object.fromEntries(
      oddNames.map((name) => [name, (input: Value) => `${name} got ${String(input)}`]),
    ),
  });
}

/** One small Thing per odd name. */
export function oddlyNamed(device: Device): readonly ThingDefinition[] {
  return oddNames.map((name) =>
    define(device, name, {
      td: {
        title: `Thing ${name}`,
        properties: { level: { type: 'string', observable: true } },
        actions: { ping: { output: { type: 'string' } } },
        events: { moved: { data: { type: 'string' } } },
      },
      properties: { level: { initial: `level of ${name}` } },
      actions: { ping: () => `pong of ${name}` },
    }),
  );
}

/** Properties, actions and an event whose values are easily taken for nothing. */
export function hollow(device: Device): ThingDefinition {
  const each = <T>(make: (value: Value) => T) =>
    Object.fromEntries(Object.entries(emptyValues).map(([name, value]) => [name, make(value)]));
  return define(device, 'hollow', {
    td: {
      title: 'Hollow',
      properties: each((value) => ({ enum: [value, 'filled'], observable: true })),
      actions: each((value) => ({ input: { enum: [value] }, output: { enum: [value] } })),
      events: { note: { data: {} } },
    },
    properties: Object.fromEntries(
      Object.keys(emptyValues).map((name) => [name, held(device, name, 'filled')]),
    ),
    actions: each(() => (input: Value) => input),
  });
}

interface Parts {
  readonly td: PartialTd;
  readonly options?: ThingOptions;
  readonly properties?: Readonly<Record<string, PropertyHandler>>;
  readonly actions?: Readonly<Record<string, ActionHandler>>;
}

function define(device: Device, name: string, { td, options, properties, actions }: Parts): ThingDefinition {
  return {
    td,
    options: { ...options, name },
    handlers(thing) {
      device.handles.set(name, thing);
      return { ...(properties && { properties }), ...(actions && { actions }) };
    },
  };
}

function held(device: Device, name: string, initial: unknown): PropertyHandler {
  return {
    initial: initial as NonNullable<PropertyHandler['initial']>,
    written: (value) => void device.writes.push([name, value]),
  };
}

function pendingMove(device: Device, input: Value, signal: AbortSignal): Promise<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  device.moves.push({ input, signal, finish: resolve, fail: reject });
  return promise;
}

function explode(): never {
  throw new Error(hiddenWords);
}

function never(): Promise<never> {
  return new Promise(() => {});
}
