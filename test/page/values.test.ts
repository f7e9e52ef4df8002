import { describe, expect, it } from 'vitest';
import { unitSymbol } from '../../src/td/unit-symbol.ts';
import { ageText } from '../../src/ui/app/values/age-text.ts';
import { booleanMeaning } from '../../src/ui/app/values/boolean-meaning.ts';
import { numberText } from '../../src/ui/app/values/number-text.ts';
import { dateText } from '../../src/ui/app/values/time-text.ts';
import { typeKind } from '../../src/ui/app/values/type-kind.ts';
import { valueLook } from '../../src/ui/app/values/value-look.ts';

describe('units', () => {
  it.each([
    ['unit:DEG_C', '°C'],
    ['http://qudt.org/vocab/unit/DEG_C', '°C'],
    ['http://www.ontology-of-units-of-measure.org/resource/om-2/degreeCelsius', '°C'],
    ['om:metrePerSecond-Time', 'm/s'],
    ['Cel', '°C'],
    ['degree celsius', '°C'],
    ['percent', '%'],
    ['unit:PERCENT', '%'],
    ['unit:MicroMOL-PER-M2-SEC', 'µmol/(m²·s)'],
    ['unit:W-PER-M2', 'W/m²'],
    ['unit:PER-SEC', '1/s'],
    ['unit:KiloW-HR', 'kWh'],
    ['unit:DeciB_M', 'dBm'],
    ['unit:HectoPA', 'hPa'],
    ['unit:MilliM', 'mm'],
    ['unit:UNITLESS', ''],
    ['lx', 'lx'],
    ['kW', 'kW'],
    ['furlongs per fortnight', 'furlongs per fortnight'],
    ['unit:NOBODY_KNOWS', 'NOBODY_KNOWS'],
    ['constructor', 'constructor'],
    ['', ''],
    [undefined, ''],
    [{}, ''],
    ['u'.repeat(10_000), `${'u'.repeat(29)}…`],
  ])('shows %s as %s', (unit, symbol) => {
    expect(unitSymbol(unit)).toBe(symbol);
  });
});

describe('numbers', () => {
  it.each([
    [21, { multipleOf: 0.1 }, 'en', '21.0'],
    [21.05, { multipleOf: 0.1 }, 'en', '21.05'],
    [0.1 + 0.2, {}, 'en', '0.3'],
    [1203.45678, {}, 'de', '1.203,457'],
    [7200, { type: 'integer' }, 'en', '7,200'],
    [0.00012345, {}, 'en', '0.0001235'],
    [6.02214076e23, {}, 'en', '6.02214E23'],
    [0, {}, 'en', '0'],
    [-0.5, {}, 'de', '-0,5'],
  ] as const)('writes %d for %j in %s as %s', (value, schema, language, text) => {
    expect(numberText(value, schema, language)).toBe(text);
  });
});

describe('booleans', () => {
  it.each([
    [{ title: 'Open' }, 'open'],
    [{ title: 'Offen' }, 'open'],
    [{ '@type': 'saref:OnOffState' }, 'on'],
    [{ '@type': ['iot:MotionDetected'] }, 'motion'],
    [{ title: 'Front door locked' }, 'locked'],
    [{ title: 'Has an error' }, 'yes'],
    [{ title: 5 as never }, 'yes'],
  ])('tells %j as %s', (schema, meaning) => {
    expect(booleanMeaning(schema)).toBe(meaning);
  });
});

describe('icons', () => {
  it.each([
    [['saref:TemperatureSensor'], undefined, 'temperature'],
    [['https://iotschema.org/RelativeHumidity'], undefined, 'humidity'],
    [['OnOffSwitch', 'Light'], undefined, 'light'],
    [['sosa:Actuator'], 'Zone 1 heater', 'heat'],
    [['sosa:Sensor'], 'RFID gate reader', 'rfid'],
    [['CO2Sensor'], undefined, 'gas'],
    [['sosa:Sensor'], 'Nothing known', 'sensor'],
    [[], undefined, 'thing'],
  ])('of %j and %s is %s', (types, title, kind) => {
    expect(typeKind(types, title)).toBe(kind);
  });
});

describe('looks', () => {
  it('links only to the web, and only where the schema says that it is an address', () => {
    expect(valueLook({ format: 'uri' }, 'https://example.org/')).toEqual({
      as: 'link',
      href: 'https://example.org/',
    });
    expect(valueLook({}, 'https://example.org/').as).toBe('text');
    expect(valueLook({ format: 'uri' }, 'javascript:alert(1)').as).toBe('text');
  });

  it('draws only images, and only from what is base64', () => {
    const schema = { contentMediaType: 'image/png', contentEncoding: 'base64' };
    expect(valueLook(schema, 'iVBORw0KGgo=')).toEqual({
      as: 'image',
      href: 'data:image/png;base64,iVBORw0KGgo=',
    });
    expect(valueLook(schema, '"><script>').as).toBe('text');
    expect(valueLook({ contentMediaType: 'text/html' }, 'aaaa').as).toBe('text');
  });

  it('paints only colours', () => {
    expect(valueLook({ '@type': 'ColorProperty' }, '#ff8800').as).toBe('colour');
    expect(valueLook({ format: 'color' }, 'url(https://example.org/)').as).toBe('text');
  });
});

it('tells ages in words, those of the future as now', () => {
  expect(ageText(0, 3000, 'en')).toBe('3s ago');
  expect(ageText(0, 3000, 'de')).toBe('vor 3 s');
  expect(ageText(0, 7_200_000, 'en')).toBe('2h ago');
  expect(ageText(5000, 0, 'en')).toBe('now');
});

it('tells a day as the same day in every zone, and what is no date not at all', () => {
  expect(dateText('2026-03-04', 'date', 'en')).toBe('Mar 4, 2026');
  expect(dateText('2026-03-04T05:06:07Z', 'date-time', 'de')).toContain('2026');
  expect(dateText('soon', 'date-time', 'en')).toBeUndefined();
});
