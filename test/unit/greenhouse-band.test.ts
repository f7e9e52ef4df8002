import { createServient, type Servient, WotError } from 'thingwright';
import { expect, it, onTestFinished } from 'vitest';
import { tomatoes } from '../../examples/greenhouse/controller.ts';
import { keeper } from '../../examples/greenhouse/keeper.ts';
import greenhouse from '../../examples/greenhouse/main.ts';
import type { ZoneLink } from '../../examples/greenhouse/zone-link.ts';
import { anonymous } from '../../src/contracts/access.ts';
import { fakeClock } from '../support/fake-clock.ts';

const context = { principal: anonymous };
const START = Date.UTC(2026, 3, 15, 8);
const DAYS = 2;
/** News every 250 ms at --speed 600; the controller here knows those of the tick before. */
const TICK = 150_000;
const mostCommands = { irrigate: 4, vent: 60, heat: 60, fan: 20, light: 12 };

const actuators = {
  valve: 'irrigation-valve',
  vent: 'vent',
  heater: 'heater',
  fan: 'fan',
  growLight: 'grow-light',
} as const;

const readings = {
  temperature: ['air-temperature', 'temperature'],
  relativeHumidity: ['relative-humidity', 'relativeHumidity'],
  co2: ['co2', 'co2'],
  par: ['light', 'par'],
  soilMoisture: ['soil-moisture', 'soilMoisture'],
  valve: ['irrigation-valve', 'open'],
  vent: ['vent', 'target'],
  heater: ['heater', 'level'],
  fan: ['fan', 'level'],
  growLight: ['grow-light', 'level'],
} as const;

/** Lets promise callbacks run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A zone without a network; `refresh` reads what the controller will know at the next tick. */
function directLink({ things }: Servient, zone: string): ZoneLink & { refresh(): Promise<void> } {
  const thing = (device: string) => {
    const found = things.get(`${zone}-${device}`);
    if (found === undefined) throw new Error(`${zone}-${device} is hosted`);
    return found.interactions;
  };
  const latest: ZoneLink['latest'] = {};
  return {
    latest,
    async refresh() {
      for (const [reading, [device, property]] of Object.entries(readings)) {
        Object.assign(latest, { [reading]: await thing(device).readProperty(property, context) });
      }
    },
    async act({ actuator, value }) {
      const device = thing(actuators[actuator]);
      const run = { level: value, seconds: 1_800 };
      if (actuator === 'valve') await device.invokeAction('irrigate', { litres: value }, context);
      else if (actuator === 'heater' && value > 0) await device.invokeAction('runFor', run, context);
      else await device.writeProperty(actuator === 'vent' ? 'target' : 'level', value, context);
    },
    restedAt: async (actuator) =>
      Date.parse(String(await thing(actuators[actuator]).readProperty('restedAt', context))),
  };
}

/** Two days of both zones under the controller. */
async function kept(seed: number) {
  const clock = fakeClock(START);
  const servient = createServient();
  onTestFinished(() => servient.stop());
  await greenhouse(servient, { clock, start: START, speed: 1, seed, controlled: false });
  const { signal } = new AbortController();
  const zones = ['zone-1', 'zone-2'].map((name) => {
    const lines: string[] = [];
    const link = directLink(servient, name);
    const log = (line: string) => void lines.push(line);
    const keep = keeper(name, link, { targets: tomatoes, signal, log });
    return { link, keep, lines, temperature: [] as number[], soilMoisture: [] as number[] };
  });
  for (let passed = 0; passed < DAYS * 86_400_000; passed += TICK) {
    clock.advance(TICK);
    await settled();
    for (const { keep, link, temperature, soilMoisture } of zones) {
      keep(clock.now());
      await settled();
      await link.refresh();
      temperature.push(link.latest.temperature ?? Number.NaN);
      soilMoisture.push(link.latest.soilMoisture ?? Number.NaN);
    }
  }
  return zones;
}

function shareIn({ min, max }: { readonly min: number; readonly max: number }, values: readonly number[]) {
  return values.filter((value) => value >= min && value <= max).length / values.length;
}

it.each([1, 2, 5])(
  'the controller keeps both zones in their bands for two days, with few commands (seed %d)',
  async (seed) => {
    for (const { lines, temperature, soilMoisture } of await kept(seed)) {
      expect(shareIn(tomatoes.temperature, temperature)).toBeGreaterThanOrEqual(0.9);
      expect(Math.min(...temperature)).toBeGreaterThan(16);
      expect(Math.max(...temperature)).toBeLessThan(27);
      expect(shareIn(tomatoes.soilMoisture, soilMoisture)).toBeGreaterThanOrEqual(0.95);
      expect(lines.filter((line) => line.includes('failed'))).toEqual([]);
      for (const [verb, most] of Object.entries(mostCommands)) {
        const commands = lines.filter((line) => line.includes(` ${verb} `)).length / DAYS;
        expect([verb, commands]).toSatisfy(() => commands <= most);
      }
    }
  },
  20_000,
);

/** A keeper of a cold zone whose heater refuses. */
function refused() {
  const ending = new AbortController();
  const lines: string[] = [];
  const link: ZoneLink = {
    latest: { temperature: 15, heater: 0 },
    async act() {
      await settled();
      throw new WotError('conflict', 'SAFETY_REST', 'It rests.');
    },
    restedAt: async () => START + 240_000,
  };
  const log = (line: string) => void lines.push(line.slice('2026-04-15T'.length));
  return { ending, lines, keep: keeper('zone-1', link, { targets: tomatoes, signal: ending.signal, log }) };
}

it('commands an actuator again as soon as it has rested', async () => {
  const { keep, lines } = refused();
  for (let minutes = 0; minutes <= 4; minutes += 1) {
    keep(START + minutes * 60_000);
    await settled();
    await settled();
  }
  expect(lines).toEqual([
    '08:00 zone-1 heat 100 %: 15 °C is below 18 °C',
    '08:00 zone-1 heat 100 % failed: It rests.',
    '08:04 zone-1 heat 100 %: 15 °C is below 18 °C',
    '08:04 zone-1 heat 100 % failed: It rests.',
  ]);
});

it('says nothing of commands that fail because the controller ends', async () => {
  const { ending, keep, lines } = refused();
  keep(START);
  ending.abort();
  await settled();
  await settled();
  expect(lines).toEqual(['08:00 zone-1 heat 100 %: 15 °C is below 18 °C']);
});
