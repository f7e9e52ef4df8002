import { describe, expect, it } from 'vitest';
import { tomatoes } from '../../examples/greenhouse/controller.ts';
import { type Command, decide, type ZoneReadings } from '../../examples/greenhouse/decide.ts';

const targets = { ...tomatoes, dli: 20 };

const content: ZoneReadings = {
  hour: 12,
  dli: (targets.dli * 7) / 16,
  temperature: 21,
  relativeHumidity: 70,
  co2: 400,
  par: 500,
  soilMoisture: 45,
  valve: false,
  vent: 0,
  heater: 0,
  fan: 0,
  growLight: 0,
};

function decided(readings: Partial<ZoneReadings>): readonly Command[] {
  return decide({ ...content, ...readings }, targets);
}

describe('decide', () => {
  it('leaves a zone alone that is in its bands', () => {
    expect(decided({})).toEqual([]);
  });

  it('irrigates a dry zone to the middle of its band', () => {
    expect(decided({ soilMoisture: 30.4 })).toEqual([
      { actuator: 'valve', value: 292, why: 'soil moisture 30.4 % is below 35 %' },
    ]);
    expect(decided({ soilMoisture: 10 })).toMatchObject([{ actuator: 'valve', value: 300 }]);
    expect(decided({ soilMoisture: 30.4, valve: true })).toEqual([]);
  });

  it('heats at full power from a degree above the band, closes the vent, and stops 1.5 degrees later', () => {
    expect(decided({ temperature: 17.9, vent: 40, fan: 100 })).toMatchObject([
      { actuator: 'heater', value: 100, why: '17.9 °C is below 18 °C' },
      { actuator: 'vent', value: 0 },
    ]);
    expect(decided({ temperature: 17.5, heater: 100 })).toEqual([]);
    expect(decided({ temperature: 19.4, heater: 100 })).toEqual([]);
    expect(decided({ temperature: 19.6, heater: 100 })).toMatchObject([{ actuator: 'heater', value: 0 }]);
  });

  it('vents when hot, more when hotter, in steps, and closes when cooled down', () => {
    expect(decided({ temperature: 24.6 })).toMatchObject([
      { actuator: 'vent', value: 40, why: '24.6 °C of at most 25 °C' },
    ]);
    expect(decided({ temperature: 25.1, vent: 40 })).toEqual([]);
    expect(decided({ temperature: 31, vent: 50, fan: 100 })).toMatchObject([
      { actuator: 'vent', value: 100 },
    ]);
    expect(decided({ temperature: 24, vent: 20 })).toEqual([]);
    expect(decided({ temperature: 22.9, vent: 20 })).toMatchObject([{ actuator: 'vent', value: 0 }]);
  });

  it('vents damp air until it is well below its limit, unless it is cold', () => {
    expect(decided({ relativeHumidity: 92 })).toEqual([
      { actuator: 'vent', value: 20, why: 'humidity 92 % is above 88 %' },
    ]);
    expect(decided({ relativeHumidity: 85, vent: 20 })).toEqual([]);
    expect(decided({ relativeHumidity: 82, vent: 20 })).toEqual([
      {
        actuator: 'vent',
        value: 0,
        why: '21 °C, humidity 82 % and CO2 400 ppm are in their bands',
      },
    ]);
    expect(decided({ relativeHumidity: 92, temperature: 19.9 })).toEqual([]);
  });

  it('lets CO2 in by day', () => {
    expect(decided({ co2: 250 })).toMatchObject([
      { actuator: 'vent', value: 20, why: 'CO2 250 ppm is below 320 ppm' },
    ]);
    expect(decided({ co2: 350, vent: 20 })).toEqual([]);
    expect(decided({ co2: 250, par: 50 })).toEqual([]);
  });

  it('runs the fan with a wide open vent', () => {
    expect(decided({ temperature: 25, vent: 60 })).toMatchObject([{ actuator: 'fan', value: 100 }]);
    expect(decided({ temperature: 24.5, vent: 40, fan: 100 })).toEqual([]);
    expect(decided({ fan: 100 })).toMatchObject([{ actuator: 'fan', value: 0 }]);
  });

  it('lights when the daily light integral lags behind, only by day and only while it is dim', () => {
    expect(decided({ hour: 13, dli: 5, par: 100 })).toEqual([
      { actuator: 'growLight', value: 100, why: '5.0 of 20 mol/m² today, 10.0 are due by now' },
    ]);
    expect(decided({ hour: 13, dli: 5, par: 800 })).toEqual([]);
    expect(decided({ hour: 13, dli: 10.3, growLight: 100 })).toMatchObject([
      { actuator: 'growLight', value: 0 },
    ]);
    expect(decided({ hour: 22, dli: 5, growLight: 100 })).toMatchObject([
      { actuator: 'growLight', value: 0 },
    ]);
    expect(decided({ hour: 3, dli: 0, par: 0 })).toEqual([]);
  });

  it('decides nothing about what it does not know', () => {
    expect(decide({ hour: 12, dli: 0 }, tomatoes)).toEqual([]);
    const without = (reading: keyof ZoneReadings) =>
      decided({ [reading]: undefined, soilMoisture: 20, temperature: 10 });
    expect(without('valve').map(({ actuator }) => actuator)).toEqual(['heater']);
    expect(without('heater').map(({ actuator }) => actuator)).toEqual(['valve']);
  });
});
