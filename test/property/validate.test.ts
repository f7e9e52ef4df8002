import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateTd } from '../../src/td/validate.ts';
import { readJsonText } from '../../src/td/validation/json-text.ts';

const members = [
  '@context',
  '@type',
  'title',
  'titles',
  'security',
  'securityDefinitions',
  'properties',
  'actions',
  'events',
  'forms',
  'href',
  'op',
  'links',
  'rel',
  'scheme',
  'oneOf',
  'allOf',
  'items',
  'enum',
  'const',
  'type',
  'uriVariables',
  'input',
  'tm:ref',
  'tm:optional',
  'version',
  'instance',
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'flow',
  'in',
];
const texts = [
  'tm:ThingModel',
  'https://www.w3.org/2022/wot/td/v1.1',
  'combo',
  'apikey',
  'oauth2',
  'type',
  '#/properties',
  '{{X}}',
  'x{?y}',
];

/** Documents of any shape that use the words of TDs. */
const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(...texts),
      fc.string(),
      fc.boolean(),
      fc.double({ noNaN: true }),
      fc.constant(null),
    ),
    fc.array(tie('document'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...members), fc.string()), tie('document'), { maxKeys: 8 }),
  ),
}));

function isReport(input: string | Uint8Array): void {
  const { verdict, findings } = validateTd(input);
  const severities = new Set(findings.map(({ severity }) => severity));
  expect(verdict).toBe(severities.has('error') ? 'invalid' : severities.has('warning') ? 'warning' : 'valid');
}

describe('validateTd answers', () => {
  it('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isReport));
  });

  it('any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), isReport));
  });

  it('any document of the words of TDs', () => {
    fc.assert(
      fc.property(document, (value) => isReport(JSON.stringify(value))),
      { numRuns: 500 },
    );
  });
});

describe('the JSON reader', () => {
  it('agrees with JSON.parse on what JSON is', () => {
    const cut = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '}', ']', '"', '\\', '1', 'null', '\u0000', ' '),
    );
    fc.assert(
      fc.property(cut, ([json, at, inserted]) => {
        const place = at % (json.length + 1);
        const text = json.slice(0, place) + inserted + json.slice(place + (at % 2));
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          parsed = undefined;
        }
        expect(readJsonText(text).value).toEqual(parsed);
      }),
      { numRuns: 2_000 },
    );
  });
});
