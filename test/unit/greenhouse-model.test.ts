import { describe, expect, it } from 'vitest';
import { site } from '../../examples/greenhouse/model/site.ts';
import type { Actuation } from '../../examples/greenhouse/model/zone.ts';
import { fakeClock } from '../support/fake-clock.ts';

const MORNING = Date.UTC(2026, 3, 15, 8);
const HOUR = 3_600_000;

function simulated({ seed = 5, start = MORNING, soilMoisture = [40, 40] as readonly number[] } = {}) {
  const clock = fakeClock(start);
  const greenhouse = site({ seed, clock, start, tell: 60_000, soilMoisture });
  const [zone, other] = greenhouse.zones;
  if (zone === undefined || other === undefined) throw new Error('two zones are made');
  return { clock, greenhouse, zone, other };
}

/** What the sensors of zone 1 read after a time under these commands. */
function readingsAfter(hours: number, commands: Partial<Actuation>, options = {}) {
  const { clock, zone } = simulated(options);
  const { drives } = zone;
  void drives.vent.set(commands.vent ?? 0);
  void drives.heater.set(commands.heater ?? 0);
  void drives.fan.set(commands.fan ?? 0);
  void drives.growLight.set(commands.growLight ?? 0);
  void drives.valve.set(commands.valve ?? false);
  clock.advance(hours * HOUR);
  const { temperature, relativeHumidity, co2, par, soilMoisture } = zone.sensors;
  return {
    temperature: temperature.read(),
    relativeHumidity: relativeHumidity.read(),
    co2: co2.read(),
    par: par.read(),
    soilMoisture: soilMoisture.read(),
    litres: zone.meter.read(),
  };
}

/** A day of readings, read at these moments. */
function trace(seed: number, pace: number) {
  const { clock, greenhouse, zone, other } = simulated({ seed });
  const lines: unknown[] = [];
  greenhouse.gate.watch({
    seen: (tag) => lines.push(tag),
    left: (tag, seconds) => lines.push([tag.epc, seconds]),
  });
  for (let passed = 0; passed < 24 * HOUR; passed += pace) {
    if (passed % HOUR === 0) void zone.drives.heater.set(passed % (2 * HOUR) === 0 ? 80 : 0);
    clock.advance(pace);
    if ((passed + pace) % HOUR !== 0) continue;
    const sensors = Object.values(zone.sensors).concat(Object.values(other.sensors));
    lines.push([greenhouse.weather.read(), ...sensors.map((sensor) => sensor.read())]);
  }
  return lines;
}

describe('the simulated greenhouse', () => {
  it('gives the same values for the same seed and commands, however often it is looked at', () => {
    const values = trace(5, HOUR / 4);
    expect(trace(5, HOUR)).toEqual(values);
    expect(values.length).toBeGreaterThan(60);
    expect(trace(6, HOUR)).not.toEqual(values);
  });

  it('keeps every reading plausible for three days', () => {
    const { clock, zone } = simulated();
    for (let hours = 0; hours < 72; hours += 1) {
      clock.advance(HOUR);
      const { temperature, relativeHumidity, co2, soilMoisture } = zone.sensors;
      expect(temperature.read()).toSatisfy(within(0, 55));
      expect(relativeHumidity.read()).toSatisfy(within(10, 100));
      expect(co2.read()).toSatisfy(within(50, 1_500));
      expect(soilMoisture.read()).toSatisfy(within(5, 60));
    }
  });

  it('is warmed by the heater', () => {
    expect(readingsAfter(1, { heater: 100 }).temperature).toBeGreaterThan(
      readingsAfter(1, {}).temperature + 5,
    );
  });

  it('is warmed and lit by the sun, and cools at night', () => {
    const [night, noon] = [readingsAfter(4, {}, { start: MORNING - 8 * HOUR }), readingsAfter(4, {})];
    expect(night.par).toBe(0);
    expect(noon.par).toBeGreaterThan(300);
    expect(noon.temperature).toBeGreaterThan(night.temperature + 8);
  });

  it('is cooled and dried by the vent, which lets CO2 in', () => {
    const [shut, open] = [readingsAfter(4, {}), readingsAfter(4, { vent: 100 })];
    expect(open.temperature).toBeLessThan(shut.temperature - 4);
    expect(open.relativeHumidity).toBeLessThan(shut.relativeHumidity);
    expect(open.co2).toBeGreaterThan(shut.co2 + 50);
    expect(shut.co2).toBeLessThan(380);
  });

  it('is vented better with the fan', () => {
    const hot = { vent: 30 };
    expect(readingsAfter(4, { ...hot, fan: 100 }).temperature).toBeLessThan(
      readingsAfter(4, hot).temperature - 0.3,
    );
  });

  it('shares heat with its neighbour through the fan', () => {
    const neighbour = (fan: number) => {
      const { clock, zone, other } = simulated({ start: MORNING - 8 * HOUR });
      void zone.drives.heater.set(100);
      void other.drives.fan.set(fan);
      clock.advance(HOUR);
      return other.sensors.temperature.read();
    };
    expect(neighbour(100)).toBeGreaterThan(neighbour(0) + 0.5);
  });

  it('is lit and warmed by the grow light', () => {
    const dark = { start: MORNING - 8 * HOUR };
    const [off, on] = [readingsAfter(1, {}, dark), readingsAfter(1, { growLight: 100 }, dark)];
    expect(on.par).toBeGreaterThan(off.par + 150);
    expect(on.temperature).toBeGreaterThan(off.temperature + 2);
  });

  it('is wetted through the valve, and the meter counts', () => {
    const watered = readingsAfter(0.1, { valve: true });
    expect(watered.litres).toBeCloseTo(240, 0);
    expect(watered.soilMoisture).toBeGreaterThan(50);
    expect(readingsAfter(0.1, {}).litres).toBe(0);
  });

  it('is dried by its plants by day more than by night', () => {
    const [day, night] = [readingsAfter(6, {}), readingsAfter(6, {}, { start: MORNING - 10 * HOUR })];
    expect(day.soilMoisture).toBeLessThan(39);
    expect(night.soilMoisture).toBeGreaterThan(day.soilMoisture + 0.5);
  });

  it('moves its vent in two minutes', () => {
    const { clock, zone } = simulated();
    void zone.drives.vent.set(100);
    clock.advance(60_000);
    expect(zone.ventPosition.read()).toBeCloseTo(50, 0);
    clock.advance(60_000);
    expect(zone.ventPosition.read()).toBe(100);
  });

  it('lets trays and badges pass the gate by day, and each that came leaves', () => {
    const { clock, greenhouse } = simulated();
    const inside = new Set<string>();
    const kinds = new Set<string>();
    greenhouse.gate.watch({
      seen({ epc, kind }) {
        expect(inside.has(epc)).toBe(false);
        inside.add(epc);
        kinds.add(kind);
      },
      left({ epc }, seconds) {
        expect(inside.delete(epc)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(5);
      },
    });
    for (let steps = 0; steps < 10 * 60; steps += 1) {
      clock.advance(60_000);
      expect(greenhouse.gate.present().map(({ epc }) => epc)).toEqual([...inside]);
    }
    expect([...kinds].toSorted()).toEqual(['badge', 'tray']);
    clock.advance(6 * HOUR);
    expect(inside.size).toBe(0);
  });

  it('stands still once stopped', () => {
    const { clock, greenhouse } = simulated();
    const told: unknown[] = [];
    greenhouse.weather.watch((weather) => told.push(weather.time));
    clock.advance(60_000);
    greenhouse.stop();
    clock.advance(HOUR);
    expect(told).toEqual(['2026-04-15T08:01:00.000Z']);
  });
});

function within(low: number, high: number) {
  return (value: number) => value >= low && value <= high;
}
