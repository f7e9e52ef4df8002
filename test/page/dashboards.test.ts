import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PropertyAffordance } from '../../src/contracts/td.ts';
import {
  newTile,
  reworded,
  slugOf,
  widthOf,
  withMovedTile,
  withTile,
} from '../../src/ui/app/dashboards/board-changes.ts';
import { placesOf, selectorsOf, thingsOf } from '../../src/ui/app/dashboards/board-things.ts';
import { tileKeys } from '../../src/ui/app/dashboards/tile-keys.ts';
import { lookOf, looksOf } from '../../src/ui/app/dashboards/tiles/tile-look.ts';
import type { Dashboard, Tile } from '../../src/ui/dashboard.ts';
import type { ThingSummary } from '../../src/ui/page-data.ts';

const model = 'urn:model:heater';

function thing(name: string, location?: string, more: Partial<ThingSummary> = {}): ThingSummary {
  const none = { units: [], protocols: [], properties: [], actions: [], events: [] };
  const level = { name: 'level' };
  return {
    ...{ name, id: `urn:${name}`, title: name, types: ['Actuator'], models: [model], ...none },
    properties: [level],
    ...(location !== undefined && { location }),
    ...more,
  };
}

const heater1 = thing('h1', 'Zone 1');
const heater2 = thing('h2', 'Zone 2');
const heater10 = thing('h10', 'Zone 10');
const lamp = thing('lamp', undefined, { models: [], types: ['Light'] });
const bare = thing('bare', 'Zone 3', { properties: [] });
const things = [heater10, heater1, heater2, lamp, bare];
const level = (selector: Tile['thing']): Tile => ({ thing: selector, property: 'level' });

describe('a tile means', () => {
  const cases: readonly (readonly [Tile['thing'], string | undefined, readonly ThingSummary[]])[] = [
    [{ model }, undefined, [heater10, heater1, heater2]],
    [{ model }, 'Zone 2', [heater2]],
    [{ model, location: 'Zone 1' }, 'Zone 2', [heater1]],
    [{ model, location: '' }, 'Zone 2', [heater10, heater1, heater2]],
    [{ model, name: 'h1' }, undefined, [heater1]],
    [{ model, name: 'lamp' }, undefined, []],
    [{ type: 'Light' }, undefined, [lamp]],
    [{ type: 'Light' }, 'Zone 1', []],
    [{ name: 'bare' }, undefined, []],
  ];
  test.for(cases)('the Things of %j at %s that have its affordance', ([selector, place, meant]) => {
    expect(thingsOf(level(selector), things, place)).toEqual(meant);
  });

  test('none where it is a text', () => {
    expect(thingsOf({ text: 'level' }, things)).toEqual([]);
  });
});

describe('the places of a board', () => {
  const board: Dashboard = { title: 'B', per: 'location', tiles: [level({ model })] };

  test('are where Things stand that fit, in the order that people count', () => {
    expect(placesOf(board, things)).toEqual(['Zone 1', 'Zone 2', 'Zone 10']);
  });

  test('are none for tiles that have a place of their own, and for boards that have none', () => {
    const anywhere = level({ model, location: '' });
    expect(placesOf({ ...board, tiles: [anywhere, { text: 'Zone 1' }] }, things)).toEqual([]);
    expect(placesOf({ title: 'B', tiles: board.tiles }, things)).toEqual([]);
  });
});

describe('editing', () => {
  const board: Dashboard = { title: 'B', tiles: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] };
  const texts = ({ tiles }: Dashboard) => tiles.map(({ text }) => text).join('');

  test('moves tiles as far as there are places, and loses none', () => {
    expect(texts(withMovedTile(board, 0, 2))).toBe('bca');
    expect(texts(withMovedTile(board, 2, 0))).toBe('cab');
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (from, to) => {
        expect([...texts(withMovedTile(board, from, to))].sort().join('')).toBe('abc');
      }),
    );
  });

  test('puts another tile in the place of one, or none', () => {
    expect(texts(withTile(board, 1, { text: 'x' }))).toBe('axc');
    expect(texts(withTile(board, 1))).toBe('ac');
  });

  test('begins with the kind of Thing where the board is for one place at a time', () => {
    const found = { kind: 'property', thing: heater1, affordance: { name: 'level' } } as const;
    expect(newTile(board, found)).toEqual({ thing: { name: 'h1' }, property: 'level' });
    expect(newTile({ ...board, per: 'location' }, found)).toEqual(level({ model }));
    expect(newTile({ ...board, per: 'location' }, { ...found, thing: lamp })).toEqual(
      level({ name: 'lamp' }),
    );
  });

  test('offers one Thing, its models and its types', () => {
    expect(selectorsOf(heater1)).toEqual([{ name: 'h1' }, { model }, { type: 'Actuator' }]);
  });

  test('changes words in the language that is read, where there are some in it', () => {
    const both = { title: 'Water', titles: { en: 'Water', de: 'Wasser' }, text: 'x' };
    expect(reworded(both, 'title', { language: 'de', words: 'Nass' })).toMatchObject({
      title: 'Water',
      titles: { en: 'Water', de: 'Nass' },
    });
    expect(reworded(both, 'text', { language: 'de', words: 'y' })).toEqual({ ...both, text: 'y' });
  });

  test('keeps the keys of tiles that are moved, widened or twins', () => {
    const a = level({ model });
    const [first, second, third] = tileKeys([a, { text: 'x' }, a]);
    expect(new Set([first, second, third]).size).toBe(3);
    expect(tileKeys([{ text: 'x' }, { ...a, width: 3, title: 'T' }])).toEqual([second, first]);
  });
});

describe('the address of a new board', () => {
  test.for([
    ['Greenhouse 2: Zone!', 'greenhouse-2-zone'],
    ['Übersicht', 'übersicht'],
    ['***', 'board'],
    ['Taken', 'taken-3'],
  ] as const)('%s is at %s', ([title, slug]) => {
    expect(slugOf(title, ['taken', 'taken-2'])).toBe(slug);
  });

  test('is one that the servient takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (title) => {
        expect(slugOf(title, [])).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}-]{0,79}$/u);
      }),
    );
  });
});

describe('the look of a tile', () => {
  const measured: PropertyAffordance = { type: 'number', readOnly: true };
  const bounded: PropertyAffordance = { type: 'integer', minimum: 0, maximum: 9 };
  const looks: readonly (readonly [PropertyAffordance, readonly string[]])[] = [
    [measured, ['value', 'chart']],
    [bounded, ['control', 'value', 'chart', 'gauge']],
    [{ ...bounded, minimum: 9 }, ['control', 'value', 'chart']],
    [{ type: 'string', writeOnly: true }, ['control']],
    [{ type: 'boolean', const: true }, ['value']],
  ];
  test.for(looks)('of %j is one of %j', ([property, expected]) => {
    expect(looksOf(property)).toEqual(expected);
  });

  test('is what the tile says, where its schema has it', () => {
    expect(lookOf({ as: 'gauge' }, bounded)).toBe('gauge');
    expect(lookOf({ as: 'gauge' }, measured)).toBe('value');
    expect(lookOf({}, bounded)).toBe('control');
  });

  test('takes the columns that it needs', () => {
    expect(
      [{}, { as: 'chart' }, { event: 'e' }, { text: 't' }, { text: 't', width: 1 }].map(widthOf as never),
    ).toEqual([1, 2, 2, 4, 1]);
  });
});
