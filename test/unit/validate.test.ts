import { describe, expect, it } from 'vitest';
import { validateTd } from '../../src/td/validate.ts';

type Members = Readonly<Record<string, unknown>>;

const context = 'https://www.w3.org/2022/wot/td/v1.1';
const form = { href: 'https://lamp.example/x' };

function td(members: Members = {}): Members {
  return {
    '@context': context,
    title: 'Lamp',
    security: 'nosec_sc',
    securityDefinitions: { nosec_sc: { scheme: 'nosec' } },
    ...members,
  };
}

function tm(members: Members = {}): Members {
  return { '@context': context, '@type': 'tm:ThingModel', title: 'Lamp', ...members };
}

/** Rule and pointer of everything found. */
function found(document: Members): readonly string[] {
  return validateTd(document).findings.map(({ rule, pointer }) => `${rule} ${pointer}`);
}

describe('verdicts', () => {
  it('takes a TD as text, bytes and value', () => {
    const text = JSON.stringify(td());
    for (const input of [text, new TextEncoder().encode(text), td()]) {
      expect(validateTd(input)).toEqual({ kind: 'td', verdict: 'valid', findings: [] });
    }
  });

  it('takes TD 1.0', () => {
    expect(validateTd(td({ '@context': 'https://www.w3.org/2019/wot/td/v1' })).verdict).toBe('valid');
  });

  it('puts errors first', () => {
    const report = validateTd(td({ properties: { a: { type: 'object', forms: [form] }, b: {} } }));
    expect(report.verdict).toBe('invalid');
    expect(report.findings.map(({ severity }) => severity)).toEqual(['error', 'warning']);
  });

  it('reports values that are no JSON', () => {
    const cycle: Record<string, unknown> = td();
    cycle['self'] = cycle;
    expect(found(cycle)).toEqual(['td-json-open ']);
    expect(found({ ...td(), id: 1n })).toEqual(['td-json-open ']);
    expect(validateTd('[]').verdict).toBe('invalid');
  });
});

describe('errors of the schema, as a person reads them', () => {
  it.each<[string, Members, string, string, RegExp]>([
    ['a missing member', { title: undefined }, '', 'no member "title"', /Add "title"/],
    [
      'an op of another place',
      { properties: { p: { forms: [{ ...form, op: 'invokeaction' }] } } },
      '/properties/p/forms/0/op',
      '"invokeaction" is not allowed here',
      /readproperty, writeproperty/,
    ],
    [
      'an op in a list',
      { actions: { a: { forms: [{ ...form, op: ['toggle'] }] } } },
      '/actions/a/forms/0/op/0',
      '"toggle" is not allowed',
      /invokeaction/,
    ],
    [
      'an op of a wrong type',
      { actions: { a: { forms: [{ ...form, op: 5 }] } } },
      '/actions/a/forms/0/op',
      '5 is not of type string or array',
      /string or array/,
    ],
    ['no forms', { events: { e: {} } }, '/events/e', 'no member "forms"', /"href"/],
    [
      'a wrong type deep in items',
      { properties: { p: { type: 'array', items: { items: { type: 'int' } }, forms: [form] } } },
      '/properties/p/items/items/type',
      '"int" is not allowed',
      /boolean, integer/,
    ],
    [
      'an unknown scheme',
      { securityDefinitions: { nosec_sc: { scheme: 'none' } } },
      '/securityDefinitions/nosec_sc/scheme',
      '"none" is no security scheme',
      /nosec, auto/,
    ],
    [
      'credentials in a wrong place',
      { securityDefinitions: { nosec_sc: { scheme: 'basic', in: 'uri' } } },
      '/securityDefinitions/nosec_sc/in',
      '"uri" is no place',
      /header, query/,
    ],
    [
      'a scheme without scheme',
      { securityDefinitions: { nosec_sc: {} } },
      '/securityDefinitions/nosec_sc',
      'no member "scheme"',
      /nosec/,
    ],
    [
      'a combo of nothing',
      { securityDefinitions: { nosec_sc: { scheme: 'combo' } } },
      '/securityDefinitions/nosec_sc',
      'no oneOf or allOf',
      /either/,
    ],
    [
      'a combo of both',
      {
        securityDefinitions: {
          nosec_sc: { scheme: 'combo', oneOf: ['a', 'b'], allOf: ['a', 'b'] },
          a: { scheme: 'nosec' },
          b: { scheme: 'nosec' },
        },
      },
      '/securityDefinitions/nosec_sc',
      'oneOf and allOf',
      /either/,
    ],
    [
      'auto with a name',
      { securityDefinitions: { nosec_sc: { scheme: 'auto', name: 'x' } } },
      '/securityDefinitions/nosec_sc/name',
      'has a name',
      /Remove/,
    ],
    [
      'a description of a scheme',
      { securityDefinitions: { nosec_sc: { scheme: 'basic', description: 5 } } },
      '/securityDefinitions/nosec_sc/description',
      '5 is not of type string',
      /string/,
    ],
    [
      'a description of an extension',
      { securityDefinitions: { nosec_sc: { scheme: 'ace:ACE', description: 5 } } },
      '/securityDefinitions/nosec_sc/description',
      '5 is not of type string',
      /string/,
    ],
    [
      'a description of a combo',
      {
        securityDefinitions: {
          nosec_sc: { scheme: 'combo', oneOf: ['a', 'a'], description: 5 },
          a: { scheme: 'nosec' },
        },
      },
      '/securityDefinitions/nosec_sc/description',
      '5 is not of type string',
      /string/,
    ],
    ['a security of a wrong type', { security: {} }, '/security', '{} is not of type', /string/],
    [
      'tm:extends',
      { links: [{ href: 'x', rel: 'tm:extends' }] },
      '/links/0/rel',
      'extends no Thing Model',
      /"type"/,
    ],
    [
      'sizes without icon',
      { links: [{ href: 'x', sizes: '16x16' }] },
      '/links/0/sizes',
      'Only links with',
      /icon/,
    ],
    ['a link without href', { links: [{ rel: 'item' }] }, '/links/0', 'no member "href"', /href/],
    [
      'a bad hreflang',
      { links: [{ href: 'x', hreflang: 'english!' }] },
      '/links/0/hreflang',
      '"english!"',
      /./,
    ],
    ['a date without seconds', { created: '2018-09-10T06:30+00:00' }, '/created', 'date-time', /format/],
    [
      'a version without instance',
      { version: { model: '1' } },
      '/version',
      'no member "instance"',
      /1\.0\.0/,
    ],
    [
      'an empty array of forms',
      { properties: { p: { forms: [] } } },
      '/properties/p/forms',
      'fewer than 1',
      /Add an entry/,
    ],
  ])('%s', (...[, members, pointer, message, hint]) => {
    const { findings, verdict } = validateTd(td(members));
    expect(verdict).toBe('invalid');
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      severity: 'error',
      pointer,
      message: expect.stringContaining(message),
    });
    expect(findings[0]?.hint).toMatch(hint);
  });
});

describe('@context', () => {
  it.each<[unknown, string, RegExp]>([
    ['http://www.w3.org/ns/td', '/@context', /a draft of TD 1\.0 and 1\.1/],
    [['http://www.w3.org/ns/td', { saref: 'https://w3id.org/saref#' }], '/@context', /a draft of/],
    ['https://w3c.github.io/wot/w3c-wot-td-context.jsonld', '/@context', /before TD 1\.0/],
    ['https://webthings.io/schemas', '/@context', /WebThings/],
    ['https://www.w3.org/ns/wot-next/td', '/@context', /unfinished TD 2\.0/],
    [[context, 'https://www.w3.org/2019/wot/td/v1'], '/@context', /stands after/],
    [[{ '@language': 'en' }, context], '/@context', /first context is not/],
    [[context, { saref: { '@id': 'x' } }], '/@context/1', /is no context/],
    [5, '/@context', /first context is not/],
  ])('%j', (value, pointer, message) => {
    const { findings } = validateTd(td({ '@context': value }));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      rule: 'td-context',
      pointer,
      message: expect.stringMatching(message),
    });
  });
});

describe('rules that no schema states', () => {
  const property = (members: Members): Members => ({ properties: { p: { forms: [form], ...members } } });
  const inForm = (members: Members, more: Members = {}): Members =>
    property({ forms: [{ ...form, ...members }], ...more });
  const schemes = (securityDefinitions: Members, more: Members = {}): Members => ({
    securityDefinitions: { nosec_sc: { scheme: 'nosec' }, ...securityDefinitions },
    ...more,
  });
  const key = { key_sc: { scheme: 'apikey', in: 'uri', name: 'key' } };

  it.each<[string, Members, readonly string[]]>([
    ['a security name that does not exist', { security: 'other' }, ['security-name /security']],
    ['one in a list', { security: ['nosec_sc', 'other'] }, ['security-name /security/1']],
    ['one in a form', inForm({ security: 'other' }), ['security-name /properties/p/forms/0/security']],
    ['one that every object inherits', { security: 'constructor' }, ['security-name /security']],
    [
      'one in a combo',
      schemes({ c: { scheme: 'combo', allOf: ['nosec_sc', 'x'] } }),
      ['security-name /securityDefinitions/c/allOf/1'],
    ],
    [
      'a combo in itself',
      schemes({ c: { scheme: 'combo', oneOf: ['nosec_sc', 'c'] } }),
      ['security-cycle /securityDefinitions/c'],
    ],
    [
      'combos in a circle',
      schemes({
        a: { scheme: 'combo', oneOf: ['nosec_sc', 'b'] },
        b: { scheme: 'combo', allOf: ['nosec_sc', 'a'] },
      }),
      ['security-cycle /securityDefinitions/a', 'security-cycle /securityDefinitions/b'],
    ],
    [
      'combos of combos',
      schemes({
        a: { scheme: 'combo', oneOf: ['nosec_sc', 'b'] },
        b: { scheme: 'combo', allOf: ['nosec_sc', 'nosec_sc'] },
      }),
      [],
    ],
    [
      'a code flow without servers',
      schemes({ o: { scheme: 'oauth2', flow: 'code' } }),
      [
        'td-security-oauth2-code-flow /securityDefinitions/o',
        'td-security-oauth2-code-flow /securityDefinitions/o',
      ],
    ],
    [
      'a client flow with authorization',
      schemes({ o: { scheme: 'oauth2', flow: 'client', token: 'https://t', authorization: 'https://a' } }),
      ['td-security-oauth2-client-flow-no-auth /securityDefinitions/o/authorization'],
    ],
    [
      'a key that is not in the URI',
      schemes(key, inForm({ security: 'key_sc' })),
      ['td-security-in-uri-variable /properties/p/forms/0/href'],
    ],
    ['a key in the URI', schemes(key, inForm({ security: 'key_sc', href: 'https://x/{?key}' })), []],
    [
      'a key in the base',
      schemes(key, { base: 'https://x/{key}/', ...inForm({ security: 'key_sc', href: 'p' }) }),
      [],
    ],
    [
      'a key named like a variable',
      schemes(key, { uriVariables: { key: { type: 'string' } } }),
      ['td-security-uri-variables-distinct /uriVariables/key'],
    ],
    [
      'a variable that is not declared',
      inForm({ href: 'https://x/p{?a,b*}{&c:3}' }, { uriVariables: { a: {}, c: {} } }),
      ['td-uriVariables-names /properties/p/forms/0/href'],
    ],
    [
      'a variable whose name is encoded',
      inForm({ href: 'https://x/p{?a%20b,c%25}' }, { uriVariables: { 'a b': {}, 'c%25': {} } }),
      [],
    ],
    ['a variable of the Thing', { uriVariables: { a: {} }, ...inForm({ href: 'https://x/{a}' }) }, []],
    [
      'a schema name that does not exist',
      inForm({ additionalResponses: [{ schema: 'x' }] }),
      ['schema-name /properties/p/forms/0/additionalResponses/0/schema'],
    ],
    [
      'a schema name that exists',
      { schemaDefinitions: { x: {} }, ...inForm({ additionalResponses: [{ schema: 'x' }] }) },
      [],
    ],
    [
      'write on read-only',
      inForm({ op: ['readproperty', 'writeproperty'] }, { readOnly: true }),
      ['access /properties/p/forms/0/op'],
    ],
    [
      'observe on write-only',
      inForm({ op: 'observeproperty' }, { writeOnly: true }),
      ['access /properties/p/forms/0/op'],
    ],
    ['read-only without op in TD 1.1', property({ readOnly: true }), []],
    [
      'read-only without op in TD 1.0',
      { '@context': 'https://www.w3.org/2019/wot/td/v1', ...property({ readOnly: true }) },
      ['access /properties/p/forms/0'],
    ],
    [
      'read-only and write-only',
      inForm({ op: 'observeproperty' }, { writeOnly: true, readOnly: true }),
      ['access /properties/p', 'access /properties/p/forms/0/op'],
    ],
    [
      'one method for several ops',
      inForm({ op: ['readproperty', 'writeproperty'], 'htv:methodName': 'PUT' }),
      ['method-of-several-ops /properties/p/forms/0/htv:methodName'],
    ],
    [
      'one method to start and end',
      inForm({ op: ['observeproperty', 'unobserveproperty'], 'htv:methodName': 'GET' }),
      [],
    ],
    [
      'an enum with a value twice',
      property({ enum: [{ a: 1, b: 2 }, 5, { b: 2, a: 1 }] }),
      ['schema /properties/p/enum/2'],
    ],
    ['enum and const', property({ oneOf: [{ enum: [1], const: 1 }] }), ['enum-const /properties/p/oneOf/0']],
    ['an object of unknown structure', property({ type: 'object' }), ['untold-structure /properties/p']],
    [
      'an array of unknown structure',
      { actions: { a: { input: { type: 'array' }, forms: [form] } } },
      ['untold-structure /actions/a/input'],
    ],
    [
      'two types',
      {
        links: [
          { href: 'a', rel: 'type' },
          { href: 'b', rel: 'TYPE' },
        ],
      },
      ['tm-rel-type-maximum /links/1/rel'],
    ],
    [
      'a tag that is no language',
      { titles: { en_US: 'Lamp' } },
      ['td-multilanguage-language-tag /titles/en_US'],
    ],
    [
      'languages that differ',
      { titles: { en: 'Lamp' }, ...property({ titles: { en: 'A', de: 'B' } }) },
      ['td-multi-languages-consistent /properties/p/titles'],
    ],
    ['a title that is no translation', { titles: { de: 'Lampe' } }, ['td-titles-descriptions /titles']],
  ])('%s', (_, members, expected) => {
    expect(found(td(members))).toEqual(expected);
  });

  it('tells names given twice, which JSON.parse hides', () => {
    const text = JSON.stringify(td()).replace('"title"', '"title":"A","title"');
    expect(validateTd(text).findings).toMatchObject([
      { rule: 'unique-names', pointer: '/title', severity: 'error' },
    ]);
  });
});

describe('Thing Models', () => {
  it('need no forms and no security', () => {
    const model = tm({ properties: { p: { type: '{{TYPE}}' } }, 'tm:optional': ['/properties/p'] });
    expect(validateTd(model)).toEqual({ kind: 'tm', verdict: 'valid', findings: [] });
  });

  it.each<[string, Members, readonly string[]]>([
    ['the type of a draft', { '@type': 'ThingModel' }, ['schema /@type']],
    ['a version of an instance', { version: { instance: '1' } }, ['tm-versioning-2 /version/instance']],
    [
      'an optional affordance that does not exist',
      { 'tm:optional': ['/actions/a'] },
      ['tm-tmOptional-resolver /tm:optional/0'],
    ],
    [
      'one that a base model may have',
      { 'tm:optional': ['/actions/a'], links: [{ rel: 'tm:extends', href: 'b' }] },
      [],
    ],
    [
      'a reference without pointer',
      { properties: { p: { 'tm:ref': 'other.tm.json' } } },
      ['tm-tmRef1 /properties/p/tm:ref'],
    ],
    [
      'a reference to nothing',
      { properties: { p: { 'tm:ref': '#/properties/q' } } },
      ['tm-tmRef2 /properties/p/tm:ref'],
    ],
    [
      'a reference to itself',
      { properties: { p: { 'tm:ref': '#/properties' } } },
      ['tm-ref-recursive-extensions /properties/p/tm:ref'],
    ],
    ['a placeholder as a name', { properties: { '{{NAME}}': {} } }, ['schema /properties']],
  ])('%s', (_, members, expected) => {
    expect(found(tm(members))).toEqual(expected);
  });
});

describe('hostile documents', () => {
  const manyOf = (count: number, member: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => member(index)).join(',');
  const text = (members: string): string => `${JSON.stringify(td()).slice(0, -1)},${members}}`;

  it('takes names that every object inherits', () => {
    expect(
      validateTd(text('"properties":{"__proto__":{},"constructor":{}}')).findings.map(
        ({ pointer }) => pointer,
      ),
    ).toEqual(['/properties/__proto__', '/properties/constructor']);
  });

  it.each([
    ['schemes without a scheme', text(`"securityDefinitions":{${manyOf(100_000, (i) => `"${i}":{}`)}}`)],
    [
      'a chain of combos',
      text(
        `"securityDefinitions":{${manyOf(20_000, (i) => `"${i}":{"scheme":"combo","oneOf":["${i + 1}","${i + 1}"]}`)}}`,
      ),
    ],
    ['a long enum', text(`"properties":{"p":{"forms":[{"href":"x"}],"enum":[${manyOf(200_000, String)}]}}`)],
    ['a long list of unknown names', text(`"security":[${manyOf(100_000, (i) => `"x${i}"`)}]`)],
    ['names given twice', `{${manyOf(200_000, () => '"a":1')}}`],
    [
      'placeholders that never end',
      JSON.stringify(tm({ title: 'x', properties: { p: { type: '{'.repeat(500_000) } } })),
    ],
  ])('answers %s', (_, document) => {
    const { findings } = validateTd(document);
    expect(findings.length).toBeLessThanOrEqual(100);
  });
});
