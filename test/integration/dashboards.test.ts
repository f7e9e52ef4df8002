import { join } from 'node:path';
import { createServient, http, type Servient, type ServientOptions, sqliteStorage } from 'thingwright';
import { describe, expect, onTestFinished, test } from 'vitest';
import greenhouse, { dashboards } from '../../examples/greenhouse/main.ts';
import { placesOf, thingsOf } from '../../src/ui/app/dashboards/board-things.ts';
import type { Dashboard } from '../../src/ui/dashboard.ts';
import { page } from '../../src/ui/page.ts';
import type { ThingSummaries } from '../../src/ui/page-data.ts';
import { fan } from '../../things/actuators/fan.ts';
import { growLight } from '../../things/actuators/grow-light.ts';
import { heater } from '../../things/actuators/heater.ts';
import { irrigationValve } from '../../things/actuators/irrigation-valve.ts';
import { vent } from '../../things/actuators/vent.ts';
import { airTemperature } from '../../things/sensors/air-temperature.ts';
import { co2 } from '../../things/sensors/co2.ts';
import { light } from '../../things/sensors/light.ts';
import { relativeHumidity } from '../../things/sensors/relative-humidity.ts';
import { soilMoisture } from '../../things/sensors/soil-moisture.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const own = { title: 'Own', tiles: [{ text: 'Mine' }] };
const { 'greenhouse-zone': zone, 'greenhouse-site': site } = dashboards;

/** A servient with the boards of the greenhouse; stops with the test. */
async function serve(options: Omit<ServientOptions, 'bindings'> = {}) {
  const web = http({ port: 0 });
  const servient = createServient({ ...options, bindings: [web, page({ dashboards })] });
  onTestFinished(() => servient.stop());
  await servient.start();
  const ask = async (path: string, method = 'GET', body?: unknown, headers = {}) => {
    const response = await fetch(`${web.httpSide.base}/app/api/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, data: text === '' ? undefined : JSON.parse(text) };
  };
  const things = async () => ((await ask('things')).data as ThingSummaries).things;
  return { servient, ask, things, slugs: async () => slugsIn((await ask('dashboards')).data) };
}

function slugsIn(boards: readonly { readonly slug: string }[]): readonly string[] {
  return boards.map(({ slug }) => slug);
}

describe('boards over HTTP', () => {
  test('are listed, read, kept and deleted', async () => {
    const { ask, slugs } = await serve();
    expect(await ask('dashboards/greenhouse-zone')).toEqual({ status: 200, data: zone });
    expect(await ask('dashboards/own', 'PUT', own)).toEqual({ status: 204, data: undefined });
    expect(await slugs()).toEqual(['greenhouse-zone', 'greenhouse-site', 'own']);
    expect(await ask('dashboards/own')).toEqual({ status: 200, data: own });
    expect((await ask('dashboards/own', 'DELETE')).status).toBe(204);
    expect(await ask('dashboards/own')).toMatchObject({ status: 404, data: { code: 'DASHBOARD_UNKNOWN' } });
    expect((await ask('dashboards/own/tiles')).status).toBe(404);
  });

  test('that are none are refused by pointer', async () => {
    const { ask } = await serve();
    const board = { ...own, tiles: [{ text: 'a', width: 9 }] };
    expect(await ask('dashboards/own', 'PUT', board)).toMatchObject({
      status: 400,
      data: { code: 'DASHBOARD_INVALID', errors: [{ pointer: '/tiles/0/width' }] },
    });
    expect((await ask('dashboards/own', 'PUT')).status).toBe(400);
  });

  test('are not changed by other sites', async () => {
    const { ask, slugs } = await serve();
    const foreign = { origin: 'https://elsewhere.example' };
    expect((await ask('dashboards/own', 'PUT', own, foreign)).status).toBe(403);
    expect((await ask('dashboards/greenhouse-zone', 'DELETE', undefined, foreign)).status).toBe(403);
    expect(await slugs()).not.toContain('own');
  });

  test('survive a restart', async () => {
    const file = join(temporaryFolder(), 'state.sqlite');
    const first = await serve({ storage: sqliteStorage(file) });
    await first.ask('dashboards/greenhouse-zone', 'PUT', own);
    await first.servient.stop();
    const second = await serve({ storage: sqliteStorage(file) });
    expect((await second.ask('dashboards/greenhouse-zone')).data).toEqual(own);
    await second.ask('dashboards/greenhouse-zone', 'DELETE');
    expect((await second.ask('dashboards/greenhouse-zone')).data).toEqual(zone);
  });
});

describe('the boards of the greenhouse', () => {
  test('fit: each tile means one Thing in every zone, and some on the site', async () => {
    const { servient, things } = await serve();
    await greenhouse(servient, { clock: fakeClock(), controlled: false });
    const hosted = await things();
    expect(placesOf(zone, hosted)).toEqual(['Zone 1', 'Zone 2']);
    expect(
      misfits(zone, (tile) => ['Zone 1', 'Zone 2'].every((at) => meant(tile, hosted, at) === 1)),
    ).toEqual([]);
    expect(misfits(site, (tile) => meant(tile, hosted) > 0)).toEqual([]);
  });

  test('fit a second greenhouse, whose Things have other names', async () => {
    const { servient, things } = await serve();
    await greenhouse(servient, { clock: fakeClock(), controlled: false });
    await secondGreenhouse(servient);
    const hosted = await things();
    expect(placesOf(zone, hosted)).toEqual(['North house', 'Zone 1', 'Zone 2']);
    expect(misfits(zone, (tile) => meant(tile, hosted, 'North house') === 1)).toEqual([]);
  });
});

type Tile = Dashboard['tiles'][number];

function meant(tile: Tile, things: ThingSummaries['things'], place?: string): number {
  return thingsOf(tile, things, place).length;
}

/** The tiles of Things that do not fit. */
function misfits({ tiles }: Dashboard, fits: (tile: Tile) => boolean): readonly Tile[] {
  return tiles.filter((tile) => tile.text === undefined && !fits(tile));
}

/** One zone of another maker: the same kinds of Things, named otherwise. */
async function secondGreenhouse(servient: Servient): Promise<void> {
  const named = (title: string) => ({ name: `north-${title}`, title, location: 'North house' });
  const source = { read: () => 1, watch: () => () => {} };
  const drive = { set() {} };
  const clock = fakeClock();
  const definitions = [
    ...[airTemperature, relativeHumidity, co2, light, soilMoisture].map((sensor, index) =>
      sensor({ ...named(`s${index}`), source }),
    ),
    ...[heater, fan, growLight].map((actuator, index) => actuator({ ...named(`a${index}`), drive, clock })),
    irrigationValve({ ...named('valve'), drive, meter: source, clock }),
    vent({ ...named('vent'), drive, position: source }),
  ];
  for (const definition of definitions) await servient.expose(definition);
}
