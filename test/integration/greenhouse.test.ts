import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { consume, createServient, http } from 'thingwright';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import greenhouse, { type GreenhouseOptions } from '../../examples/greenhouse/main.ts';
import { anonymous } from '../../src/contracts/access.ts';
import { validateTd } from '../../src/td/validate.ts';
import type { ventTd } from '../../things/actuators/vent.td.ts';
import type { airTemperatureTd } from '../../things/sensors/air-temperature.td.ts';
import type { soilMoistureTd } from '../../things/sensors/soil-moisture.td.ts';

async function running(options: GreenhouseOptions) {
  const servient = createServient({ bindings: [http({ port: 0 })] });
  onTestFinished(() => servient.stop());
  await servient.start();
  await greenhouse(servient, { seed: 3, speed: 600, ...options });
  return { servient, base: String(servient.addresses[0]) };
}

/** The first value for which a condition holds. */
async function first<T>(values: AsyncIterable<T>, holds: (value: T) => boolean): Promise<T> {
  for await (const value of values) if (holds(value)) return value;
  throw new Error('The values ended before one was right.');
}

describe('the greenhouse over HTTP', () => {
  it('has two zones of ten Things, a gate reader and a weather station, each with a valid TD', async () => {
    const { servient, base } = await running({ controlled: false });
    const response = await fetch(`${base}/things`);
    const names = ((await response.json()) as { name: string }[]).map(({ name }) => name);
    expect(names).toHaveLength(22);
    expect(names).toEqual(
      expect.arrayContaining([
        'zone-1-air-temperature',
        'zone-2-irrigation-valve',
        'gate-reader',
        'weather-station',
      ]),
    );
    for (const name of names) {
      const { verdict, findings } = validateTd(servient.things.get(name)?.description().td ?? {});
      expect([name, verdict, findings]).toEqual([name, 'valid', []]);
    }
  });

  it('is brought back into its band by the controller: a dry zone is watered', async () => {
    const lines: string[] = [];
    const { base } = await running({ soilMoisture: [30, 45], log: (line) => lines.push(line) });
    const soil = await consume<typeof soilMoistureTd>(`${base}/things/zone-1-soil-moisture`);
    const readings = soil.properties.soilMoisture;
    expect(await readings.read()).toBeLessThan(35);
    expect(await first(readings.observe(), (moisture) => moisture >= 40)).toBeLessThan(55);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^2026-04-15T08:\d\d zone-1 irrigate \d+ L: soil moisture [\d.]+ % is below 35 %$/,
      ),
    );
    expect(lines.filter((line) => line.includes('zone-2 irrigate'))).toEqual([]);
  });

  it('ends quietly while the controller is at work, with few connections', async () => {
    let connections = 0;
    const count = () => {
      connections += 1;
    };
    subscribe('net.server.socket', count);
    onTestFinished(() => void unsubscribe('net.server.socket', count));
    const lines: string[] = [];
    const { servient } = await running({ soilMoisture: [30, 45], log: (line) => lines.push(line) });
    await vi.waitFor(() => expect(lines).toContainEqual(expect.stringContaining('irrigate')), 5_000);
    const valve = servient.things.get('zone-1-irrigation-valve')?.interactions;
    await vi.waitFor(async () => {
      expect(await valve?.readProperty('open', { principal: anonymous })).toBe(true);
    });
    // One for each of the 21 subscriptions, the rest for requests.
    expect(connections).toBeLessThan(35);
    await servient.stop();
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(lines.filter((line) => /failed|unavailable/.test(line))).toEqual([]);
  });

  it('answers an actuator with its sensors: an open vent cools', async () => {
    const { base } = await running({ controlled: false, speed: 3_000, start: Date.UTC(2026, 3, 15, 11) });
    const air = await consume<typeof airTemperatureTd>(`${base}/things/zone-1-air-temperature`);
    const vent = await consume<typeof ventTd>(`${base}/things/zone-1-vent`);
    const { temperature } = air.properties;
    const hot = await first(temperature.observe(), (value) => value > 24);
    const move = await vent.actions.moveTo.invoke({ position: 100 });
    expect(await move.result).toEqual({ position: 100 });
    expect(await first(temperature.observe(), (value) => value < hot - 2)).toBeGreaterThan(5);
  });

  it.each([
    [{ speed: 0 }, 'SPEED_INVALID'],
    [{ speed: Number.NaN }, 'SPEED_INVALID'],
  ])('refuses %o', async (options, code) => {
    const servient = createServient();
    onTestFinished(() => servient.stop());
    await expect(greenhouse(servient, options)).rejects.toMatchObject({ code });
  });

  it('says which environment variable is wrong', async () => {
    vi.stubEnv('THINGWRIGHT_SPEED', 'fast');
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(greenhouse(createServient())).rejects.toMatchObject({
      code: 'ENVIRONMENT_INVALID',
      message: 'THINGWRIGHT_SPEED is "fast"; give it a number, e.g. 60.',
    });
  });
});
