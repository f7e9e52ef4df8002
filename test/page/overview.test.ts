import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchingEvents } from '../../src/ui/app/overview/activity.ts';
import { dataText } from '../../src/ui/app/overview/data-text.ts';
import { moved, type Pin, pinsOf, toggled } from '../../src/ui/app/overview/pins.ts';
import { servedAddresses } from '../../src/ui/app/overview/served-addresses.ts';
import { suggestedTiles } from '../../src/ui/app/overview/suggested-tiles.ts';
import { Shortcuts } from '../../src/ui/app/shell/shortcuts.ts';
import { summary } from '../support/summaries.ts';

const [a, b, c] = ['a', 'b', 'c'].map(
  (thing): Pin => ({ thing, kind: 'properties', affordance: 'level' }),
) as [Pin, Pin, Pin];

test('pins are put, taken off and moved, never beyond the ends', () => {
  expect(toggled([a], b)).toEqual([a, b]);
  expect(toggled([a, b], { ...a })).toEqual([b]);
  expect(moved([a, b, c], a, 1)).toEqual([b, a, c]);
  expect(moved([a, b, c], a, -1)).toEqual([a, b, c]);
  expect(moved([a, b, c], b, 9)).toEqual([a, c, b]);
  expect(moved([a], b, 1)).toEqual([a]);
});

test('of what is stored only pins count', () => {
  expect(pinsOf(JSON.stringify([a, null, { ...b, kind: 'knobs' }, { thing: 1 }, c]))).toEqual([a, c]);
  expect(pinsOf(undefined)).toEqual([]);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(Array.isArray(pinsOf(text))).toBe(true);
    }),
  );
});

test('suggestions are one of a kind, without Things that do not answer', () => {
  const key = (name: string, unit: string, readOnly: boolean, observable = true) => ({
    key: { name, observable, schema: { type: 'number', unit, readOnly } } as const,
  });
  const tiles = suggestedTiles([
    summary('broken', { ...key('level', '%', false), fault: { code: 'X', message: '', since: 0 } }),
    summary('heater', key('level', '%', false)),
    summary('fan', key('level', '%', false)),
    summary('air', key('temperature', 'C', true)),
    summary('polled', key('pressure', 'Pa', true, false)),
    summary('plain'),
  ]);
  expect(tiles.map(({ thing }) => thing)).toEqual(['air', 'polled', 'heater']);
});

test('events are filtered by the words of their name, data and Thing', () => {
  const events = [
    { thing: '1', name: 'tagRead', data: { tag: 'E200' }, at: 0, id: '1' },
    { thing: '2', name: 'overheated', at: 0, id: '2' },
  ];
  const found = (filter: string) =>
    matchingEvents(events, filter, ({ thing }) => (thing === '1' ? 'Gate réader' : 'Heater')).map(
      ({ id }) => id,
    );
  expect(found('')).toEqual(['1', '2']);
  expect(found('e200 reader')).toEqual(['1']);
  expect(found('overheated heater')).toEqual(['2']);
  expect(found('heater e200')).toEqual([]);
});

test('the data of an event tells what differs: the end of identifiers, the beginning of sentences', () => {
  const data = { epc: 'urn:epc:id:grai:0614141.12345.400', gate: 1.5, why: `The pump ${'is '.repeat(40)}` };
  const text = dataText(data, 'en');
  expect(text).toMatch(/^epc: ….*12345\.400, gate: 1\.5, why: The pump is .*…$/);
  expect(text.length).toBeLessThan(140);
  expect(dataText('x', 'en')).toBe('x');
  expect(dataText({ a: 1, b: 2, c: 3, d: 4, e: 5 }, 'en')).toBe('a: 1, b: 2, c: 3, d: 4, …');
});

test('addresses are told once each, whatever the scheme', () => {
  const forms = ['http://a:1/x', 'http://a:1/y', 'coap://a/x', '/relative', 7].map((href) => ({ href }));
  const td = { properties: { level: { forms } }, events: { none: { forms: 3 } } };
  expect(servedAddresses(td as never)).toEqual(['http://a:1', 'coap://a']);
});

test('keys and sequences of keys do what was added last, in time', () => {
  const done: string[] = [];
  const shortcuts = new Shortcuts();
  shortcuts.add('j', () => done.push('j'));
  shortcuts.add('g t', () => done.push('things'));
  const take = shortcuts.add('j', () => done.push('other'));
  expect(shortcuts.press('j', 0)).toBe(true);
  take();
  shortcuts.press('j', 10);
  expect(shortcuts.press('g', 20)).toBe(false);
  shortcuts.press('t', 900);
  shortcuts.press('g', 2000);
  expect(shortcuts.press('t', 3500)).toBe(false);
  shortcuts.press('g', 4000);
  shortcuts.press('g', 4100);
  shortcuts.press('j', 4200);
  expect(done).toEqual(['other', 'j', 'things', 'j']);
});
