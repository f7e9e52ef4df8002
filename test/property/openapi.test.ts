import { readdirSync, readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openApi } from '../../src/bindings/http/openapi/openapi.ts';
import { placeOf } from '../../src/bindings/http/openapi/openapi-place.ts';
import type { PartialForm, ThingDescription } from '../../src/contracts/td.ts';
import type { JsonObject } from '../../src/td/json-object.ts';
import { validateTd } from '../../src/td/validate.ts';

const folder = new URL('../fixtures/td-corpus/td/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const ajv = new Ajv2020({ strict: false, logger: false });

/** What is wrong with a document, its JSON Schemas and its operationIds. */
async function faultsOf(document: JsonObject): Promise<readonly unknown[]> {
  const copy = JSON.parse(JSON.stringify(document));
  const { schemas } = copy.components as { readonly schemas: Readonly<Record<string, JsonObject>> };
  const wrong = Object.entries(schemas).filter(([, schema]) => ajv.validateSchema(schema) !== true);
  const ids = [...JSON.stringify(copy.paths).matchAll(/"operationId":"([^"]*)"/g)].map(([, id]) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const { valid, errors } = await new Validator().validate(copy);
  return [...wrong, ...twice, ...(valid ? [] : [errors])];
}

describe('TDs of others', () => {
  const valid = files.flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    return validateTd(text).verdict === 'invalid' ? [] : [{ file, td: JSON.parse(text) as ThingDescription }];
  });

  test.each(valid)('$file is an OpenAPI document, empty where it has no HTTP forms', async ({ td }) => {
    const document = openApi(td);
    expect(await faultsOf(document)).toEqual([]);
    expect(isEmpty(document)).toBe(httpHrefs(td).length === 0);
  });

  test('are of both kinds', () => {
    expect(new Set(valid.map(({ td }) => isEmpty(openApi(td))))).toEqual(new Set([true, false]));
  });
});

function isEmpty({ paths }: JsonObject): boolean {
  return Object.keys(paths as object).length === 0;
}

/** The addresses of forms that go over HTTP by themselves. */
function httpHrefs(td: ThingDescription): readonly string[] {
  const kinds = [td.properties, td.actions, td.events].flatMap((map) => Object.values(map ?? {}));
  const forms = [td, ...kinds].flatMap((each): readonly PartialForm[] => each.forms ?? []);
  return forms
    .map(({ href }) => URL.parse(href ?? '', td.base)?.href ?? '')
    .filter((href) => href.startsWith('http'));
}

test('any names of affordances and uriVariables', async () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(names, names, async (properties, variables) => {
      const href = `http://thing.example/${encodeURIComponent(variables.join(''))}`;
      const query = `{?${variables.map(encodeURIComponent).join()}}`;
      const forms = (kind: string) => [{ href: `${href}/${kind}${query}` }];
      const each = (kind: string, more: object) =>
        Object.fromEntries(
          properties.map((own) => [own, { ...more, forms: forms(kind + encodeURIComponent(own)) }]),
        );
      const document = openApi({
        '@context': 'https://www.w3.org/2022/wot/td/v1.1',
        title: 'Lamp',
        security: 'n',
        securityDefinitions: { n: { scheme: 'nosec' } },
        uriVariables: Object.fromEntries(variables.map((own) => [own, { type: 'string' }])),
        properties: each('p', { type: 'integer' }),
        actions: each('a', { synchronous: false, output: { type: 'integer' } }),
        events: each('e', { data: { type: 'integer' } }),
      });
      expect(await faultsOf(document)).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test('any href has a place or none', () => {
  const piece = fc.constantFrom(
    'http://a',
    '/',
    '{',
    '}',
    '{?x,y*}',
    '{&z:3}',
    '?a=1',
    '{/p}',
    '{+r}',
    '{#f}',
    '#',
    '%zz',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const place = placeOf(`http://thing.example${pieces.join('')}`, {});
      expect(place?.path ?? '/').toMatch(/^\/[^?#]*$/);
    }),
  );
});
