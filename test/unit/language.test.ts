import { describe, expect, test } from 'vitest';
import { chooseLanguage } from '../../src/bindings/http/messages/accept-language.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';
import { inLanguage, languagesOf, lookUpLanguage } from '../../src/td/language.ts';

const context = 'https://www.w3.org/2022/wot/td/v1.1';
const forms = [{ href: 'http://lamp.example/x' }];

function td(members: object = {}): ThingDescription {
  return {
    '@context': context,
    title: 'Lamp',
    security: 'n',
    securityDefinitions: { n: { scheme: 'nosec' } },
    ...members,
  };
}

const titles = (en: string, de: string) => ({ title: en, titles: { en, de } });

const translated = td({
  '@context': [context, { '@language': 'en', '@direction': 'ltr', saref: 'https://w3id.org/saref#' }],
  ...titles('Lamp', 'Lampe'),
  descriptions: { en: 'Shines', de: 'Leuchtet' },
  securityDefinitions: {
    n: { scheme: 'nosec', description: 'Open', descriptions: { en: 'Open', de: 'Offen' } },
  },
  properties: {
    titles: {
      ...titles('Level', 'Stufe'),
      type: 'object',
      properties: {
        titles: { ...titles('Deep', 'Tief'), type: 'string', const: { titles: { de: 'kept' } } },
      },
      uriVariables: { unit: titles('Unit', 'Einheit') },
      forms,
    },
  },
  actions: { fade: { input: { oneOf: [titles('One', 'Eins')] }, forms } },
  events: { hot: { title: 'Hot', titles: { en: 'Hot' }, data: { items: [titles('Item', 'Teil')] }, forms } },
});

describe('languagesOf', () => {
  test('the default language first, each tag once whatever its case', () => {
    expect(languagesOf(translated)).toEqual(['en', 'de']);
    expect(languagesOf(td({ titles: { de: 'a', 'zh-Hant': 'b' }, descriptions: { DE: 'c' } }))).toEqual([
      'de',
      'zh-Hant',
    ]);
    const other = { '@context': [context, { '@language': 'fr' }], titles: { de: 'a' } };
    expect(languagesOf(td(other))).toEqual(['fr', 'de']);
  });

  test('none without texts in several, whatever members are called', () => {
    expect(languagesOf(td())).toEqual([]);
    expect(languagesOf(td({ '@context': [context, { '@language': 'de' }] }))).toEqual([]);
    const named = { properties: { titles: { const: { titles: { de: 'x' } }, type: 'object', forms } } };
    expect(languagesOf(td(named))).toEqual([]);
  });
});

describe('inLanguage', () => {
  test('texts are alone, everywhere; TD 1.1 td-ns-multilanguage-content-negotiation, -no-multi', () => {
    const german = inLanguage(translated, 'de');
    expect(german).toMatchObject({
      '@context': [context, { '@language': 'de', saref: 'https://w3id.org/saref#' }],
      title: 'Lampe',
      description: 'Leuchtet',
      securityDefinitions: { n: { description: 'Offen' } },
      properties: {
        titles: {
          title: 'Stufe',
          properties: { titles: { title: 'Tief' } },
          uriVariables: { unit: { title: 'Einheit' } },
        },
      },
      actions: { fade: { input: { oneOf: [{ title: 'Eins' }] } } },
      events: { hot: { title: 'Hot', data: { items: [{ title: 'Teil' }] } } },
    });
    expect(JSON.stringify(german)).not.toMatch(/"(titles|descriptions)":\{"(en|de)":"(?!kept)|@direction/);
    expect(JSON.stringify(german)).toContain('{"titles":{"de":"kept"}}');
    expect(translated.title).toBe('Lamp');
  });

  test('the default language keeps its direction', () => {
    expect(inLanguage(translated, 'en')['@context']).toMatchObject([context, { '@direction': 'ltr' }]);
  });

  test('a context without a map gets one', () => {
    const simple = inLanguage(td({ titles: { de: 'Lampe' } }), 'de');
    expect(simple['@context']).toEqual([context, { '@language': 'de' }]);
  });

  test('a text that is not there in it is taken from a wider language, else as it is', () => {
    const partly = td({
      titles: { 'de-CH': 'Lampe CH' },
      events: { e: { titles: { de: 'E' }, forms }, f: { titles: { fr: 'F' }, forms } },
    });
    expect(inLanguage(partly, 'de-CH')).toMatchObject({
      title: 'Lampe CH',
      events: { e: { title: 'E' }, f: { titles: { fr: 'F' } } },
    });
  });
});

describe('lookup (RFC 4647 section 3.4)', () => {
  test.each([
    ['zh-Hant-CN-x-private1-private2', ['zh-Hant'], 'zh-Hant'],
    ['zh-Hant-CN-x-private1', ['zh-Hant-CN-x', 'zh'], 'zh'],
    ['DE-ch', ['de-CH', 'de'], 'de-CH'],
    ['de', ['de-CH'], undefined],
  ])('%s in %j is %s', (range, tags, expected) => {
    expect(lookUpLanguage(range, tags)).toBe(expected);
  });

  test.each([
    ['de', 'de'],
    ['fr, en;q=0.5, de;q=0.7', 'de'],
    ['de-AT', 'de'],
    ['*, de;q=0.1', 'de'],
    ['*', undefined],
    ['fr', undefined],
    ['', undefined],
    ['de;q=0', undefined],
    ['de-CH;q=0', undefined],
    ['de_CH, en', 'en'],
    ['de;q=0, de-DE', undefined],
    [undefined, undefined],
  ])('Accept-Language: %s chooses %s', (header, expected) => {
    expect(chooseLanguage(header, ['en', 'de'])).toBe(expected);
  });
});
