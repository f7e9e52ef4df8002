import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { thingTypes } from '../../src/consumer/codegen/thing-types.ts';
import { isJsonObject } from '../../src/td/json-object.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** What tsc says of the texts, each a module. */
function complaints(texts: readonly string[]): string {
  const folder = temporaryFolder();
  const files = texts.map((text, index) => {
    const file = join(folder, `thing-${index}.ts`);
    writeFileSync(file, text);
    return file;
  });
  try {
    execFileSync(process.execPath, [tsc, '--noEmit', '--strict', '--ignoreConfig', '--types', '', ...files]);
    return '';
  } catch (failure) {
    return String((failure as { readonly stdout: Buffer }).stdout);
  }
}

describe('thingTypes', () => {
  test('tells what goes which way', () => {
    const text = thingTypes({
      title: 'kitchen lamp 2',
      description: 'Lights the kitchen.',
      properties: {
        level: { title: 'Level', type: 'integer', unit: 'percent', minimum: 0, maximum: 100 },
        state: { enum: ['on', 'off', null], readOnly: true },
        'pass-key': { type: 'string', writeOnly: true },
      },
      actions: {
        fade: {
          input: {
            type: 'object',
            properties: { to: { type: 'number' }, over: { type: 'number' }, id: { readOnly: true } },
            required: ['to'],
          },
          output: { type: 'array', items: [{ const: 'done' }, { type: 'boolean' }] },
        },
        reset: {},
      },
      events: { hot: { data: { oneOf: [{ type: 'number' }, { type: 'string' }] } }, gone: {} },
    });
    expect(text).toMatchInlineSnapshot(`
      "/** kitchen lamp 2. Lights the kitchen. */
      export interface KitchenLamp2 {
        /** What can be read. */
        readonly properties: {
          /** Level. Unit: percent. Range: 0 to 100. */
          readonly level: number;
          readonly state: "on" | "off" | null;
        };
        /** What can be written. */
        readonly writable: {
          /** Level. Unit: percent. Range: 0 to 100. */
          readonly level: number;
          readonly "pass-key": string;
        };
        readonly actions: {
          readonly fade: {
            readonly input: {
              readonly to: number;
              readonly over?: number;
            };
            readonly output: readonly ["done", boolean];
          };
          readonly reset: {};
        };
        readonly events: {
          readonly hot: number | string;
          readonly gone: undefined;
        };
      }
      "
    `);
  });

  test('texts cannot break out of comments, names and literals', () => {
    const hostile = [
      '*/ export type Evil = 1; /*',
      '"; export type Evil = 1; "',
      '\u2028\u202e\u0000\\',
      '`${'.concat('1}'),
    ];
    const text = hostile.map((word, index) =>
      thingTypes({
        title: `${word} ${index}`,
        description: word,
        properties: { [word]: { title: word, unit: word, enum: [word, { [word]: [word] }] } },
        actions: { [word]: { input: { const: word } } },
      }),
    );
    expect(complaints(text)).toBe('');
    expect(text.join('')).not.toMatch(/^export type|[\u2028\u202e]/m);
  });

  test('TDs and Thing Models of others type-check', () => {
    const folder = new URL('../fixtures/td-corpus/', import.meta.url);
    const documents = ['td/', 'tm/'].flatMap((kind) =>
      readdirSync(new URL(kind, folder)).map((file) =>
        readFileSync(new URL(`${kind}${file}`, folder), 'utf8'),
      ),
    );
    expect(complaints(documents.map((document) => thingTypes(JSON.parse(document))))).toBe('');
  });

  test('anything type-checks', () => {
    const word = fc.constantFrom('title', 'properties', 'type', 'object', 'oneOf', 'items', 'enum', 'const');
    const { schema } = fc.letrec((tie) => ({
      schema: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue(),
        word,
        fc.dictionary(fc.oneof(word, fc.string({ unit: 'binary' })), tie('schema'), { maxKeys: 6 }),
        fc.record({ type: fc.constant('object'), properties: fc.dictionary(fc.string(), tie('schema')) }),
        fc.record({ oneOf: fc.array(tie('schema'), { maxLength: 3 }) }),
        fc.record({ type: fc.constant('array'), items: fc.array(tie('schema'), { maxLength: 3 }) }),
      ),
    }));
    const map = fc.dictionary(fc.string({ unit: 'binary' }), schema, { maxKeys: 4 });
    const thing = fc.record({ title: fc.anything(), properties: map, actions: map, events: map });
    const things = fc.sample(fc.oneof(thing, map), 60).filter(isJsonObject);
    expect(complaints(things.map(thingTypes))).toBe('');
  });

  test('nesting is bounded', () => {
    let schema: unknown = {};
    for (let depth = 0; depth < 1000; depth++) schema = { type: 'object', properties: { a: schema } };
    expect(thingTypes({ title: 'Deep', properties: { schema } }).length).toBeLessThan(3000);
  });
});
