import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grouped, rowsOf, sorted } from '../../src/ui/app/things/arrangement.ts';
import { facetCounts, facetNames, matching } from '../../src/ui/app/things/facets.ts';
import { type ThingsView, toggled, viewOf } from '../../src/ui/app/things/things-view.ts';
import type { ThingSummary } from '../../src/ui/page-data.ts';
import { hostileSummaries, hostileText, summary } from '../support/summaries.ts';

const things = [
  summary('zone-1-heater', {
    title: 'Zone 1 heater',
    types: ['sosa:Actuator', 'saref:Actuator'],
    units: ['unit:PERCENT'],
    location: 'Zone 1',
    protocols: ['http', 'coap'],
    properties: [{ name: 'level', title: 'Level', titles: { de: 'Stufe' } }],
  }),
  summary('zone-2-heater', {
    title: 'Zone 2 heater',
    types: ['saref:Actuator'],
    location: 'Zone 2',
    protocols: ['http'],
    fault: { code: 'DEVICE_SILENT', message: 'No answer', since: 0 },
  }),
  summary('zone-10-light', { title: 'Zone 10 light', types: ['saref:Sensor'], location: 'Zone 10' }),
  summary('gate', { title: 'Göteborg gate', types: ['Thing'] }),
];

function found(search: Readonly<Record<string, unknown>>): readonly string[] {
  return matching(things, viewOf(search)).map(({ name }) => name);
}

test.each([
  ['HEATER 2', ['zone-2-heater']],
  ['goteborg', ['gate']],
  ['stufe', ['zone-1-heater']],
  ['percent', ['zone-1-heater']],
  ['zone light', ['zone-10-light']],
  ['heater nowhere', []],
])('the words "%s" find %j', (q, names) => {
  expect(found({ q })).toEqual(names);
});

test('facets narrow together, values of one widen', () => {
  expect(found({ type: 'Actuator' })).toEqual(['zone-1-heater', 'zone-2-heater']);
  expect(found({ type: 'Actuator', location: ['Zone 1', 'Zone 10'] })).toEqual(['zone-1-heater']);
  expect(found({ location: ['Zone 1', 'Zone 10'] })).toEqual(['zone-1-heater', 'zone-10-light']);
  expect(found({ status: 'unreachable' })).toEqual(['zone-2-heater']);
  expect(found({ protocol: 'coap', status: 'unreachable' })).toEqual([]);
});

test('a facet counts what each value would leave beside the others, and keeps what is chosen', () => {
  const view = viewOf({ type: 'Actuator', location: ['Zone 1', 'Cellar'] });
  expect(facetCounts(things, view, 'location')).toEqual([
    { value: 'Zone 1', count: 1 },
    { value: 'Zone 2', count: 1 },
    { value: 'Cellar', count: 0 },
  ]);
  expect(facetCounts(things, viewOf({}), 'type')).toEqual([
    { value: 'Actuator', count: 2 },
    { value: 'Sensor', count: 1 },
  ]);
});

test('the address is read whatever the router makes of it', () => {
  expect(
    viewOf({ q: 5, type: ['A', 'A', 7, null], sort: '-type', as: 'table', group: 'type' }),
  ).toMatchObject({
    q: '5',
    chosen: { type: ['A', '7'] },
    sort: 'type',
    descending: true,
    as: 'table',
    group: 'type',
  });
  expect(viewOf({ q: {}, sort: 'size', as: 'list', group: 3 })).toMatchObject({
    q: '',
    sort: 'title',
    as: 'cards',
    group: undefined,
  });
});

test('a value is chosen and taken back', () => {
  expect(toggled([], 'a')).toBe('a');
  expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  expect(toggled(['a', 'b'], 'a')).toBe('b');
  expect(toggled(['a'], 'a')).toBeUndefined();
});

const titleOf = ({ title }: ThingSummary) => title;

test('titles and headings stand in natural order, those without one last', () => {
  const byTitle = sorted(things, { sort: 'title', descending: true }, titleOf).map(({ name }) => name);
  expect(byTitle).toEqual(['zone-10-light', 'zone-2-heater', 'zone-1-heater', 'gate']);
  expect(sorted(things, { sort: 'location', descending: false }, titleOf).at(-1)?.name).toBe('gate');
  const groups = grouped(things, 'location');
  expect(groups.map(({ label }) => label)).toEqual(['Zone 1', 'Zone 2', 'Zone 10', undefined]);
});

test('rows hold as many Things as stand side by side, under their headings', () => {
  const rows = rowsOf(grouped([...things, ...things.slice(0, 2)], 'type'), 2);
  expect(rows.map((row) => (row.kind === 'heading' ? row.label : row.first))).toEqual([
    'Actuator',
    0,
    2,
    'Sensor',
    4,
    undefined,
    5,
  ]);
  expect(rowsOf(grouped(things, 'none'), 4)).toHaveLength(1);
});

test('no Thing and no address breaks the list, and none is lost in it', () => {
  const search = fc.dictionary(
    fc.constantFrom('q', 'as', 'sort', 'group', ...facetNames),
    fc.oneof(hostileText, fc.array(hostileText), fc.jsonValue()),
  );
  fc.assert(
    fc.property(hostileSummaries, search, fc.integer({ min: 1, max: 9 }), (all, params, columns) => {
      const view: ThingsView = viewOf(params);
      const left = matching(all, view);
      const rows = rowsOf(grouped(sorted(left, view, titleOf), view.group ?? 'location'), columns);
      const shown = rows.flatMap((row) => (row.kind === 'things' ? row.things : []));
      expect(new Set(shown)).toEqual(new Set(left));
      for (const facet of facetNames) {
        for (const { value, count } of facetCounts(all, view, facet)) {
          const chosen = { ...view.chosen, [facet]: [value] };
          expect(matching(all, { ...view, chosen })).toHaveLength(count);
        }
      }
    }),
  );
});
