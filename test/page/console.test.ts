import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ThingDescription } from '../../src/contracts/td.ts';
import { begun, outcomeOf, withLines } from '../../src/ui/app/console/exchange-log.ts';
import { pastCalls, rememberCall } from '../../src/ui/app/console/history.ts';
import { ndjson } from '../../src/ui/app/console/ndjson.ts';
import { offeredForms } from '../../src/ui/app/console/offered-forms.ts';
import { offeredOps } from '../../src/ui/app/console/offered-ops.ts';
import { isSecret, requestOf, takenBy } from '../../src/ui/app/console/operation.ts';
import {
  draftOf,
  draftSearch,
  emptyDraft,
  readDraft,
  readSelection,
  searchOf,
} from '../../src/ui/app/console/selection.ts';
import { bodyText } from '../../src/ui/app/console/wire-body.ts';
import type { ExchangeLine, ExchangeRequest } from '../../src/ui/page-data.ts';

const form = (href: string, ...op: readonly string[]) => ({ href, op });
const td: ThingDescription = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  title: 'Kiln',
  security: 'nosec',
  securityDefinitions: { nosec: { scheme: 'nosec' } },
  base: 'http://kiln/',
  uriVariables: { names: { type: 'string' } },
  properties: {
    level: {
      type: 'number',
      minimum: 5,
      forms: [form('modbus+tcp://kiln/1', 'readproperty'), form('level', 'readproperty', 'writeproperty')],
    },
    pin: { type: 'string', writeOnly: true, forms: [form('pin', 'writeproperty')] },
    constructor: {
      type: 'string' as const,
      forms: [form('c{?from,to*}', 'readproperty')],
      uriVariables: { from: { type: 'integer' as const } },
    },
  },
  actions: { fire: { synchronous: false, forms: [form('fire', 'invokeaction')] } },
  forms: [form('all{?names}', 'readmultipleproperties'), form('all', 'writemultipleproperties')],
};

async function read(chunks: readonly Uint8Array[]): Promise<unknown[]> {
  async function* stream() {
    yield* chunks;
  }
  const values: unknown[] = [];
  for await (const value of ndjson(stream())) values.push(value);
  return values;
}

describe('the lines of an exchange', () => {
  test('are read wherever they are cut', async () => {
    const values = fc.array(
      fc.jsonValue({ stringUnit: 'binary' }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
    );
    await fc.assert(
      fc.asyncProperty(values, fc.array(fc.nat()), async (sent, places) => {
        const bytes = new TextEncoder().encode(sent.map((value) => `${JSON.stringify(value)}\n\n`).join(''));
        const ends = [...places.map((place) => place % (bytes.length + 1)), 0, bytes.length].sort(
          (a, b) => a - b,
        );
        const chunks = ends.slice(1).map((end, index) => bytes.subarray(ends[index], end));
        expect(await read(chunks)).toEqual(sent);
      }),
    );
  });

  test('that are malformed or cut are left out, and any bytes are read', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(await read([bytes('{"line":'), bytes('"ended"}\nnonsense\r\n 1 \n{"cut":')])).toEqual([
      { line: 'ended' },
      1,
    ]);
    await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array()), async (chunks) => void (await read(chunks))));
  });
});

describe('what can be tried', () => {
  test('comes from the forms; an invocation can be queried without one', () => {
    expect(offeredOps(td, { kind: 'properties', name: 'pin' })).toEqual(['writeproperty']);
    expect(offeredOps(td, { kind: 'actions', name: 'fire' })).toEqual([
      'invokeaction',
      'queryaction',
      'cancelaction',
    ]);
    expect(offeredOps(td, {})).toEqual(['readmultipleproperties', 'writemultipleproperties']);
    expect(offeredOps(td, { kind: 'events', name: 'none' })).toEqual([]);
  });

  test('forms keep their order, those of unknown schemes are not usable', () => {
    const forms = offeredForms(td, 'readproperty', { kind: 'properties', name: 'level' });
    expect(forms.map(({ protocol, usable }) => [protocol, usable])).toEqual([
      ['modbus+tcp', false],
      ['http', true],
    ]);
  });

  test('an address of the page says what is tried, whatever stands in it', () => {
    expect(readSelection(td, { kind: 'properties', affordance: 'pin' })).toEqual({
      kind: 'properties',
      name: 'pin',
      op: 'writeproperty',
    });
    expect(readSelection(td, { kind: 'thing', op: 'writemultipleproperties', form: 0 })).toEqual({
      op: 'writemultipleproperties',
      form: 0,
    });
    expect(readSelection(td, { kind: 'properties', affordance: 'toString', op: 'x' })).toMatchObject({
      name: 'level',
      op: 'readproperty',
    });
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('kind', 'affordance', 'op', 'form', 'vars', 'names', 'input'),
          fc.jsonValue(),
        ),
        (search) => {
          readSelection(td, search);
          readDraft(search);
        },
      ),
    );
  });

  test('what was typed survives the address and the history', () => {
    const draft = { input: '{ "a": 1 }', variables: { from: '1' }, names: ['level'], invocation: 'x' };
    expect(readDraft({ ...searchOf({}), ...draftSearch(draft) })).toEqual(draft);
    // Servers refuse the page at an address that is longer than their headers may be.
    expect(draftSearch({ ...draft, input: '"'.repeat(2000) })).toMatchObject({ input: undefined });
    expect(draftOf({ op: 'readproperty', uriVariables: { from: 1, to: 'b' }, input: 5 })).toEqual({
      ...emptyDraft,
      input: '5',
      variables: { from: '1', to: 'b' },
    });
  });
});

describe('a request', () => {
  const target = { kind: 'properties', name: 'constructor' } as const;
  const chosen = offeredForms(td, 'readproperty', target)[0]?.form;

  test('takes variables as their DataSchema says, and leaves out what is empty', () => {
    const taken = takenBy(td, 'readproperty', target, chosen);
    expect(Object.keys(taken.variables)).toEqual(['from', 'to']);
    const draft = { ...emptyDraft, variables: { from: '5', to: '' } };
    expect(requestOf({ op: 'readproperty' }, taken, draft)).toEqual({
      op: 'readproperty',
      uriVariables: { from: 5 },
    });
  });

  test('has an example as its input until something is typed; without JSON there is none', () => {
    const taken = takenBy(td, 'writeproperty', { kind: 'properties', name: 'level' }, undefined);
    expect(requestOf({ op: 'writeproperty' }, taken, emptyDraft)).toEqual({ op: 'writeproperty', input: 5 });
    expect(requestOf({ op: 'writeproperty' }, taken, { ...emptyDraft, input: '"wrong"' })).toEqual({
      op: 'writeproperty',
      input: 'wrong',
    });
    expect(requestOf({ op: 'writeproperty' }, taken, { ...emptyDraft, input: '{' })).toBeUndefined();
  });

  test('names properties that can be read', () => {
    const taken = takenBy(td, 'readmultipleproperties', {}, td.forms?.[0]);
    expect(taken).toEqual({ names: ['level', 'constructor'], variables: {}, invocation: false });
  });

  test('is secret where something of it is written only', () => {
    expect(isSecret(td.properties?.['pin'])).toBe(true);
    expect(isSecret({ properties: { a: { items: [{ format: 'password' }] } } })).toBe(true);
    expect(isSecret(td.properties?.['level'])).toBe(false);
  });
});

describe('the log of an exchange', () => {
  const request: ExchangeRequest = { op: 'observeproperty' };
  const change = (value: number): ExchangeLine => ({
    line: 'change',
    value,
    verdict: { fits: value < 5000, errors: [] },
  });

  test('keeps the last thousand changes and counts all', () => {
    let log = withLines(begun(request, 0), [{ line: 'subscribed', ms: 2 }], 1);
    for (let at = 0; at < 30; at++)
      log = withLines(
        log,
        Array.from({ length: 100 }, (_, index) => change(100 * at + index)),
        at,
      );
    expect([log.state, log.count, log.entries.length]).toEqual(['streaming', 3000, 1000]);
    expect(log.entries.at(0)).toMatchObject({ number: 2001, value: 2000 });
    expect(outcomeOf(log)).toBe('ok');
    expect(outcomeOf(withLines(log, [change(5000)], 1))).toBe('misfit');
  });

  test('bounds the messages of the wire, each with its number', () => {
    const wire: ExchangeLine = {
      line: 'wire',
      direction: 'sent',
      protocol: 'coap',
      at: 1,
      start: 'CON GET',
      fields: [],
    };
    const log = withLines(
      begun(request, 0),
      Array.from({ length: 500 }, () => wire),
      1,
    );
    expect([log.messages, log.wire.length, log.wire[0]?.number]).toEqual([500, 200, 301]);
  });

  test('ends with an answer or an error', () => {
    const result: ExchangeLine = { line: 'result', ms: 3, value: 9, verdict: { fits: false, errors: [] } };
    expect(outcomeOf(withLines(begun(request, 0), [result], 1))).toBe('misfit');
    const problem = { title: 'No', detail: 'No', code: 'NO', kind: 'timeout' } as const;
    const failed = withLines(begun(request, 0), [{ line: 'error', ms: 3, problem }], 1);
    expect([failed.state, outcomeOf(failed)]).toEqual(['done', 'failed']);
    expect(outcomeOf(withLines(begun(request, 0), [{ line: 'ended' }], 1))).toBe('stopped');
  });
});

describe('the calls of a tab', () => {
  function storage(text: string | null = null) {
    let kept = text;
    return {
      getItem: () => kept,
      setItem(_: string, value: string) {
        kept = value;
      },
    };
  }

  test('are the last fifty, without files and secrets', () => {
    const own = storage();
    for (let at = 0; at < 60; at++) {
      const request: ExchangeRequest = { op: 'writeproperty', input: at, base64: 'AA==' };
      rememberCall(own, { at, request, outcome: 'ok' }, at === 59);
    }
    const calls = pastCalls(own);
    expect(calls).toHaveLength(50);
    expect(calls[0]).toEqual({ at: 59, request: { op: 'writeproperty' }, outcome: 'ok', secret: true });
    expect(calls[1]?.request).toEqual({ op: 'writeproperty', input: 58 });
  });

  test('are none where something else is stored, or nothing can be', () => {
    expect(pastCalls(storage('{"a":1}'))).toEqual([]);
    expect(pastCalls(storage('[null, 5, {"at": 1}]'))).toEqual([]);
    const full = {
      ...storage('nonsense'),
      setItem: () => {
        throw new Error('full');
      },
    };
    expect(rememberCall(full, { at: 1, request: { op: 'readproperty' }, outcome: 'ok' }, false)).toHaveLength(
      1,
    );
  });
});

test('a body is shown as JSON with its lines, as text, or in hexadecimal', () => {
  expect(bodyText({ text: '{"a":1}' })).toBe('{\n  "a": 1\n}');
  expect(bodyText({ text: 'plain' })).toBe('plain');
  expect(bodyText({ text: '' })).toBeUndefined();
  expect(bodyText({ base64: btoa('Hi\0\u00ff there') })).toBe(
    '0000  48 69 00 ff 20 74 68 65  Hi.. the\n0008  72 65                    re',
  );
});
