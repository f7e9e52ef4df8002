import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WotError } from '../../src/contracts/errors.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { checkDashboard } from '../../src/ui/dashboards/check-dashboard.ts';
import { DashboardStore } from '../../src/ui/dashboards/dashboard-store.ts';
import { failureOf } from '../support/failure-of.ts';

const tile = { thing: { type: 'saref:TemperatureSensor' }, property: 'temperature', as: 'chart' } as const;
const zone = { title: 'Zone', per: 'location', tiles: [tile, { text: 'Water' }] } as const;

describe('a board', () => {
  test.for([
    ['no object', 4, ''],
    ['without a title', { tiles: [] }, ''],
    ['with a tile of nothing', { title: 'a', tiles: [{ thing: { name: 'x' } }] }, '/tiles/0'],
    ['with a tile of two', { title: 'a', tiles: [{ ...tile, action: 'b' }] }, '/tiles/0'],
    ['with a tile of no Thing', { title: 'a', tiles: [{ property: 'b', thing: {} }] }, '/tiles/0'],
    ['with a width that is none', { title: 'a', tiles: [{ ...tile, width: 9 }] }, '/tiles/0/width'],
  ] as const)('%s is refused where it is wrong', ([, board, pointer]) => {
    const error = errorOf(() => checkDashboard(board));
    expect(error.code).toBe('DASHBOARD_INVALID');
    expect(error.details.errors?.[0]?.pointer).toBe(pointer);
  });

  test('of anything at all is one, or refused', () => {
    fc.assert(
      fc.property(fc.anything(), (board) => {
        try {
          checkDashboard(board);
        } catch (error) {
          expect(error).toBeInstanceOf(WotError);
        }
      }),
    );
  });
});

describe('the boards', () => {
  test('that came are there, changed ones in their place, and come back when those are deleted', async () => {
    const { facts } = memoryStorage();
    const store = new DashboardStore(facts, { zone });
    await store.put('zone', { ...zone, title: 'Mine' });
    await store.put('own', zone);
    const again = new DashboardStore(facts, { zone });
    expect(again.list()).toMatchObject([
      { slug: 'zone', title: 'Mine', shipped: true, edited: true },
      { slug: 'own', title: 'Zone', shipped: false, edited: true },
    ]);
    await again.delete('zone');
    await again.delete('own');
    expect(again.get('zone')).toEqual(zone);
    expect(again.list()).toHaveLength(1);
    expect(await failureOf(() => again.delete('zone'))).toMatch('DASHBOARD_SHIPPED');
    expect(await failureOf(() => again.get('own'))).toMatch('DASHBOARD_UNKNOWN');
  });

  test('are bounded, and so are their names', async () => {
    const store = new DashboardStore(memoryStorage().facts);
    const large = { title: 'a', tiles: Array.from({ length: 200 }, () => ({ text: 'x'.repeat(1990) })) };
    await store.put('a', large);
    await store.put('b', large);
    expect(await failureOf(() => store.put('c', large))).toMatch('DASHBOARDS_FULL');
    for (const slug of ['', '../a', '-a', 'a'.repeat(81)]) {
      expect(await failureOf(() => store.put(slug, zone))).toMatch('DASHBOARD_NAME_INVALID');
    }
    expect(store.list().map(({ slug }) => slug)).toEqual(['a', 'b']);
  });

  test('that an earlier version kept and nobody understands any more are left out', async () => {
    const { facts } = memoryStorage();
    await facts.set('dashboards', JSON.stringify({ odd: { tiles: 1 }, zone }));
    expect(new DashboardStore(facts).list()).toMatchObject([{ slug: 'zone' }]);
  });
});

function errorOf(call: () => unknown): WotError {
  try {
    call();
  } catch (error) {
    return error as WotError;
  }
  throw new Error('it did not fail');
}
