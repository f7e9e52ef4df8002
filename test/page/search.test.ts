import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foundBy, foundForVerb } from '../../src/ui/app/things/search/found-search.ts';
import { SearchIndex } from '../../src/ui/app/things/search/search-index.ts';
import { foundKinds } from '../../src/ui/app/things/search/thing-documents.ts';
import { searchWords } from '../../src/ui/app/things/search-words.ts';
import type { ThingSummary } from '../../src/ui/page-data.ts';
import { hostileSummaries, hostileText, summary } from '../support/summaries.ts';

const things = ['1', '2', '10'].flatMap((zone) => [
  summary(`zone-${zone}-heater`, {
    title: `Zone ${zone} heater`,
    types: ['saref:HeatingDevice'],
    location: `House ${zone}`,
    properties: [{ name: 'level', title: 'Level', titles: { de: 'Stufe' } }, { name: 'maxOnTime' }],
    events: [{ name: 'overheated' }],
  }),
  summary(`zone-${zone}-irrigation-valve`, {
    title: `Zone ${zone} irrigation valve`,
    properties: [{ name: 'open' }],
    actions: [{ name: 'irrigate', title: 'Irrigate' }],
  }),
]);

/** The results as `kind name`, those of a Thing without its affordances' names. */
function results(query: string, among: readonly ThingSummary[] = things): readonly string[] {
  return foundBy(query, among).flatMap(({ found }) =>
    found.map(({ thing, affordance }) => [thing.name, affordance?.name].filter(Boolean).join('/')),
  );
}

describe('what is found', () => {
  test.each([
    ['heater level', 'zone-1-heater/level'],
    ['irrigate zone 1', 'zone-1-irrigation-valve/irrigate'],
    ['zone 10 irrigate', 'zone-10-irrigation-valve/irrigate'],
    ['2 heater', 'zone-2-heater'],
    ['Stufe 2', 'zone-2-heater/level'],
    ['max on time zone 2', 'zone-2-heater/maxOnTime'],
    ['house 2', 'zone-2-heater'],
    ['heatr', 'zone-1-heater'],
    ['haeter', 'zone-1-heater'],
    ['irigation', 'zone-1-irrigation-valve'],
    ['valvee', 'zone-1-irrigation-valve'],
  ])('"%s" finds first %s', (query, first) => {
    expect(results(query)[0]).toBe(first);
  });

  test('a description finds its Thing, after those that are called so', () => {
    const described = summary('gate', { title: 'Gate', descriptions: { de: 'Liest Schilder am Heater' } });
    expect(results('schilder', [described])).toEqual(['gate']);
    expect(results('heater', [described, ...things]).slice(0, 4)).toEqual([
      'zone-1-heater',
      'zone-2-heater',
      'zone-10-heater',
      'gate',
    ]);
  });

  test('every word has to be found', () => {
    expect(results('heater irrigate')).toEqual([]);
    expect(results('heater xyzzy')).toEqual([]);
    expect(results('')).toEqual([]);
    expect(results(' -- ')).toEqual([]);
  });

  test('whole words come before their beginnings, those before what is within, mistakes last', () => {
    const names = ['presuntan', 'suntan lotion', 'sun', 'tan sun'].map((name) => ({
      group: 'x',
      names: [name],
    }));
    const hits = new SearchIndex(names).find('sun', 9).get('x') ?? [];
    expect(hits.map(({ document }) => document)).toEqual([2, 3, 1, 0]);
  });

  test('names count more than types and places', () => {
    const index = new SearchIndex([
      { group: 'x', names: ['oven'], more: ['heater'] },
      { group: 'x', names: ['heater'] },
    ]);
    expect(
      index
        .find('heater', 9)
        .get('x')
        ?.map(({ document }) => document),
    ).toEqual([1, 0]);
  });
});

test('a first word says what is done with what the others find', () => {
  const words = { read: 'read get', console: 'console', copy: 'copy' };
  const kinds = (query: string) =>
    foundForVerb(query, things, words).map(({ verb, found }) => [verb, found[0]?.affordance?.name]);
  expect(kinds('read heater level')).toEqual([['read', 'level']]);
  expect(kinds('copy zone 2 heater')).toEqual([['copy', undefined]]);
  expect(kinds('CONS irrigate 1')).toEqual([['console', 'irrigate']]);
  expect(kinds('read')).toEqual([]);
  expect(kinds('read irrigate')).toEqual([]);
});

test('words of any script and style', () => {
  expect(searchWords('waterLevel_2 Größe ÉTÉ')).toEqual(['water', 'level', '2', 'grosse', 'ete']);
  expect(searchWords('温度 الحرارة')).toEqual(['温度', 'الحرارة']);
});

test('no Thing and no query breaks the search, and it gives no more than asked for', () => {
  fc.assert(
    fc.property(hostileSummaries, hostileText, (all, query) => {
      for (const { found } of [...foundBy(query, all), ...foundForVerb(`read ${query}`, all, anyWords)]) {
        expect(found.length).toBeLessThanOrEqual(10);
        for (const { kind, thing } of found) {
          expect(foundKinds).toContain(kind);
          expect(all).toContain(thing);
        }
      }
    }),
  );
});

const anyWords = { read: 'read', console: 'read', copy: '' };

test('a Thing is found by any word of its title', () => {
  fc.assert(
    fc.property(hostileSummaries, fc.nat(), (all, pick) => {
      const thing = all[pick % Math.max(1, all.length)];
      const words = searchWords(thing?.title ?? '');
      const word = words[pick % Math.max(1, words.length)];
      fc.pre(thing !== undefined && word !== undefined);
      const index = new SearchIndex(all.map(({ title }) => ({ group: 'x', names: [title] })));
      const hits = index.find(word ?? '', all.length).get('x') ?? [];
      expect(hits.map(({ document }) => all[document])).toContain(thing);
    }),
  );
});
