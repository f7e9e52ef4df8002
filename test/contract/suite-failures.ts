import { expect } from 'vitest';
import { type ErrorKind, errorKinds } from '../../src/contracts/errors.ts';
import { type CellTest, failure } from './suite-cell.ts';
import { on, type Probe, property } from './suite-probe.ts';
import { faulty, machine, station } from './suite-things.ts';

/** Milliseconds in which the handlers of a cell have to answer. */
const handlerTimeout = 60;

/** Every way to be refused; each tells its kind and its code, and the servient goes on. */
export const failureCells = {
  'invalid property value': {
    async run(run) {
      const thing = await run.thing();
      for (const [name, value, pointer] of badValues) {
        const { details } = await failure(thing.write(name, value), 'invalid');
        expect(
          details.errors?.map((fault) => fault.pointer),
          `${name} = ${JSON.stringify(value)}`,
        ).toContain(pointer);
      }
      expect(run.device.writes).toEqual([]);
    },
  },

  'invalid action input': {
    async run(run) {
      const thing = await run.thing();
      const { details } = await failure(thing.invoke('add', { a: 1, b: 'two' }), 'invalid');
      expect(details.errors?.map(({ pointer }) => pointer)).toEqual(['/b']);
      await failure(thing.invoke('add'), 'invalid');
      await failure(thing.begin('move', 'far'), 'invalid');
      expect(run.device.moves).toEqual([]);
    },
  },

  'writemultipleproperties (one invalid)': {
    things: (device) => [station(device)],
    async run(run) {
      const thing = await run.thing('station');
      const { details } = await failure(thing.writeMultiple({ low: 5, high: 'up' }), 'invalid');
      expect(details.errors?.map(({ pointer }) => pointer)).toEqual(['/high']);
      await failure(thing.writeMultiple([5]), 'invalid');
      expect(await thing.readAll()).toEqual({ low: 1, high: 9, quiet: 'hush', fixed: 42 });
      expect(run.device.writes).toEqual([]);
    },
  },

  'writemultipleproperties (one unknown or read-only)': {
    things: (device) => [station(device)],
    async run(run) {
      const thing = await run.thing('station');
      await failure(thing.writeMultiple({ low: 5, nowhere: 1 }), 'not-found');
      await failure(thing.writeMultiple({ low: 5, fixed: 1 }), 'not-allowed');
      expect(await thing.read('low')).toBe(1);
    },
  },

  'readmultipleproperties (one fails)': {
    things: (device) => [faulty(device)],
    async run(run) {
      const thing = await run.thing('faulty');
      expect((await failure(thing.readMultiple(['sound', 'broken']), 'internal')).message).toContain(
        'broken',
      );
      expect(await thing.readMultiple(['sound'])).toEqual({ sound: 1 });
    },
  },

  'readmultipleproperties (one unknown)': {
    things: (device) => [station(device)],
    async run(run) {
      await failure((await run.thing('station')).readMultiple(['low', 'nowhere']), 'not-found');
    },
  },

  'invalid uriVariables': {
    async run(run) {
      const thing = await run.thing();
      for (const uriVariables of [{ unit: 'K' }, { digits: 'many' }, { digits: -1 }, { digits: 1.5 }]) {
        await failure(thing.read('scaled', { uriVariables }), 'invalid');
      }
      await failure(thing.invoke('tell', undefined, { uriVariables: { times: 'often' } }), 'invalid');
    },
  },

  'unknown property': {
    async run(run) {
      const thing = await run.thing();
      for (const name of unknownNames) {
        const renaming = { from: 'level', to: name };
        await failure(thing.read('level', { renaming }), 'not-found');
        await failure(thing.write('level', 1, { renaming }), 'not-found');
      }
    },
  },

  'unknown property (observe)': {
    notifies: true,
    async run(run) {
      await failure(
        (await run.thing()).observe('level', { renaming: { from: 'level', to: 'nowhere' } }),
        'not-found',
      );
    },
  },

  'unknown action': {
    async run(run) {
      const thing = await run.thing();
      for (const name of unknownNames) {
        await failure(thing.invoke('ping', undefined, { renaming: { from: 'ping', to: name } }), 'not-found');
      }
    },
  },

  'unknown event': {
    notifies: true,
    async run(run) {
      await failure(
        (await run.thing()).event('moved', { renaming: { from: 'moved', to: 'nowhere' } }),
        'not-found',
      );
    },
  },

  'unknown Thing': {
    async run(run) {
      const thing = await run.thing();
      const asked = unknownNames.flatMap((name) => {
        const renaming = { from: 'machine', to: name };
        return [thing.read('level', { renaming }), thing.invoke('ping', undefined, { renaming })];
      });
      await Promise.all(asked.map((each) => failure(each, 'not-found')));
    },
  },

  'unknown invocation': {
    async run(run) {
      const thing = await run.thing();
      const { location, status, action } = await thing.begin('move', 1);
      const made = status.id ?? location?.split('/').at(-1) ?? '';
      const id = '00000000-0000-4000-8000-000000000000';
      const wrong = { action, location: location?.replace(made, id), status: { ...status, id, href: id } };
      await failure(thing.query(wrong), 'not-found');
      await failure(thing.cancel(wrong), 'not-found');
    },
  },

  'read-only property': {
    async run(run) {
      const thing = await run.thing();
      const attempt = thing.write('level', 'M-0002', { renaming: { from: 'level', to: 'serial' } });
      expect((await failure(attempt, 'not-allowed')).code).toBe('PROPERTY_READ_ONLY');
      expect(await thing.read('serial')).toBe('M-0001');
    },
  },

  'write-only property': {
    async run(run) {
      const thing = await run.thing();
      const attempt = thing.read('level', { renaming: { from: 'level', to: 'secret' } });
      expect((await failure(attempt, 'not-allowed')).code).toBe('PROPERTY_WRITE_ONLY');
    },
  },

  'handler throws': {
    things: (device) => [faulty(device)],
    async run(run) {
      const thing = await run.thing('faulty');
      const attempts = [
        () => thing.read('broken'),
        () => thing.write('broken', 1),
        () => thing.invoke('explode'),
      ];
      for (const attempt of attempts) {
        const { details } = await failure(attempt(), 'internal');
        expect(details.correlationId).toEqual(expect.any(String));
      }
      await serves(thing);
    },
  },

  'handler answers what its schema forbids': {
    things: (device) => [faulty(device)],
    async run(run) {
      const thing = await run.thing('faulty');
      for (const attempt of [() => thing.read('lying'), () => thing.invoke('lie')]) {
        expect((await failure(attempt(), 'internal')).message).not.toContain('not a number');
      }
      await serves(thing);
    },
  },

  'handler refuses': {
    things: (device) => [faulty(device)],
    async run(run) {
      const thing = await run.thing('faulty');
      const { code, message } = await failure(thing.write('jammed', 6), 'conflict');
      expect([code, message]).toEqual(['VALVE_JAMMED', 'The valve is jammed; free it first.']);
      expect(await thing.read('jammed')).toBe(5);
    },
  },

  'every error kind': {
    things: (device) => [faulty(device)],
    async run(run) {
      const thing = await run.thing('faulty');
      const met: [ErrorKind, string][] = [];
      for (const kind of errorKinds)
        met.push([kind, (await failure(thing.invoke('refuse', kind), kind)).code]);
      expect(met).toEqual(errorKinds.map((kind) => [kind, 'REFUSED_BY_DESIGN']));
    },
  },

  'handler never answers': {
    handlerTimeout,
    things: (device) => [faulty(device)],
    async run(run) {
      const thing = await run.thing('faulty');
      for (const attempt of [thing.read('silent'), thing.write('silent', 1), thing.invoke('hang')]) {
        expect((await failure(attempt, 'timeout')).message).toContain(String(handlerTimeout));
      }
      await serves(thing);
    },
  },

  'caller does not wait': {
    things: (device) => [faulty(device)],
    async run(run) {
      const thing = await run.thing('faulty');
      await failure(thing.read('silent', { timeout: handlerTimeout }), 'timeout');
      await serves(thing);
    },
  },

  'caller aborts': {
    things: (device) => [faulty(device)],
    async run(run) {
      const thing = await run.thing('faulty');
      const abort = new AbortController();
      const request = thing.request(property('readproperty', 'silent'));
      const attempt = thing.line.client.request({ ...request, signal: abort.signal });
      abort.abort();
      await expect(attempt).rejects.toThrow();
      await serves(thing);
    },
  },

  'malformed payload': {
    async run(run) {
      const thing = await run.thing();
      for (const body of malformed(thing.line.contentType)) {
        const content = { type: thing.line.contentType, body };
        await failure(thing.write('anything', null, { content }), 'invalid');
        await failure(thing.invoke('echo', null, { content }), 'invalid');
      }
      expect(await thing.read('level')).toBe(20);
    },
  },

  'payload nested too deep': {
    async run(run) {
      const thing = await run.thing();
      const open = /cbor/.test(thing.line.contentType) ? 0x81 : 0x5b;
      const content = { type: thing.line.contentType, body: new Uint8Array(100_000).fill(open) };
      await failure(thing.write('anything', null, { content }), 'invalid');
      expect(await thing.read('level')).toBe(20);
    },
  },

  'payload too large': {
    async run(run) {
      const thing = await run.thing();
      await failure(thing.write('anything', 'x'.repeat(1024 * 1024 + 1)), 'too-large');
      expect(await thing.read('level')).toBe(20);
    },
  },

  'unknown media type': {
    async run(run) {
      const thing = await run.thing();
      const content = { type: 'application/x-never-heard-of', body: new TextEncoder().encode('1') };
      await failure(thing.write('level', 1, { content }), 'unsupported-media');
      expect(await thing.read('level')).toBe(20);
    },
  },

  'other Things go on': {
    handlerTimeout,
    things: (device) => [faulty(device), machine(device)],
    async run(run) {
      const [bad, good] = [await run.thing('faulty'), await run.thing()];
      const hanging = Array.from({ length: 5 }, () =>
        failure(bad.send(on('invokeaction', 'actions', 'hang')), 'timeout'),
      );
      expect(await good.invoke('add', { a: 1, b: 1 })).toBe(2);
      await Promise.all(hanging);
    },
  },
} as const satisfies Readonly<Record<string, CellTest>>;

const unknownNames = ['nowhere', '__proto__', 'constructor', 'toString'];

const badValues: readonly (readonly [property: string, value: unknown, pointer: string])[] = [
  ['level', 101, ''],
  ['level', '20', ''],
  ['level', null, ''],
  ['count', 1.5, ''],
  ['flag', 'true', ''],
  ['flag', 0, ''],
  ['label', 7, ''],
  ['mode', 'maybe', ''],
  ['limits', { low: 1 }, ''],
  ['limits', { low: 1, high: 'up' }, '/high'],
  ['profile', [1, 2.5, 3], '/1'],
  ['profile', { 0: 1 }, ''],
  ['point', [1], ''],
  ['secret', '', ''],
];

function malformed(type: string): readonly Uint8Array[] {
  if (/cbor/.test(type))
    return [[0x82, 0x01], [0x1c], [0x00, 0x00], [0xff]].map((bytes) => Uint8Array.from(bytes));
  const texts = ['{', '[1,]', '{"a":1}}', 'undefined', "'single'"].map((text) =>
    new TextEncoder().encode(text),
  );
  // Not UTF-8: a lone continuation byte inside a string.
  return [...texts, Uint8Array.from([0x22, 0x80, 0x22])];
}

async function serves(thing: Probe): Promise<void> {
  expect(await thing.read('sound')).toBe(1);
}
