import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PropertyAffordance } from '../../src/contracts/td.ts';
import { propertyGroups } from '../../src/ui/app/thing/properties/property-groups.ts';
import { heaterTd } from '../../things/actuators/heater.td.ts';
import { irrigationValveTd } from '../../things/actuators/irrigation-valve.td.ts';
import { weatherStationTd } from '../../things/sensors/weather-station.td.ts';

const number = { type: 'number' } as const;
const reading = { type: 'number', readOnly: true } as const;

describe('propertyGroups', () => {
  it('puts the control of an actuator first, its limits among the settings', () => {
    expect(propertyGroups(heaterTd.properties)).toEqual({
      primary: ['level'],
      groups: [
        { group: 'state', names: ['remainingTime', 'restedAt'] },
        { group: 'settings', names: ['maxOnTime'] },
      ],
    });
    expect(propertyGroups(irrigationValveTd.properties).primary).toEqual(['open']);
  });

  it('puts the key reading of a sensor first, else the first number that it observes', () => {
    expect(propertyGroups(weatherStationTd.properties, 'windSpeed').primary).toEqual(['windSpeed']);
    expect(propertyGroups(weatherStationTd.properties).primary).toEqual(['temperature']);
  });

  it('knows settings by what else is actuatable, diagnostics by their names', () => {
    const { primary, groups } = propertyGroups({
      power: { ...number, '@type': 'http://www.w3.org/ns/sosa/ActuatableProperty' },
      colourOfTheLed: number,
      batteryLevel: reading,
      voltage: reading,
    });
    expect(primary).toEqual(['power']);
    expect(groups).toEqual([
      { group: 'state', names: ['voltage'] },
      { group: 'settings', names: ['colourOfTheLed'] },
      { group: 'diagnostics', names: ['batteryLevel'] },
    ]);
  });

  it('has four controls at most, none of them large or fixed', () => {
    const many = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, number]));
    expect(propertyGroups({ object: { type: 'object' }, fixed: { const: 1 }, ...many }).primary).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('shows every property once, whatever the TD is', () => {
    const property = fc.record(
      {
        type: fc.constantFrom('number', 'boolean', 'object', 'string'),
        readOnly: fc.boolean(),
        writeOnly: fc.boolean(),
        '@type': fc.oneof(fc.string(), fc.array(fc.string()), fc.constant(7)),
        const: fc.anything(),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<PropertyAffordance>;
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), property),
        fc.option(fc.string(), { nil: undefined }),
        (all, key) => {
          const { primary, groups } = propertyGroups(all, key);
          const shown = [...primary, ...groups.flatMap(({ names }) => names)];
          expect(shown).toHaveLength(Object.keys(all).length);
          expect(new Set(shown)).toEqual(new Set(Object.keys(all)));
        },
      ),
    );
  });
});
