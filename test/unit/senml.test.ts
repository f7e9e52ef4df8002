import { decode } from 'cbor2';
import { describe, expect, test } from 'vitest';
import { decodeContent, encodeContent } from '../../src/codec/registry.ts';
import { resolveSenml } from '../../src/codec/senml.ts';
import { isSecondaryUnit, senmlUnit } from '../../src/codec/senml-units.ts';
import { senmlPack, senmlValue } from '../../src/codec/senml-value.ts';
import { failureOf } from '../support/failure-of.ts';

describe('packs (RFC 8428)', () => {
  test('base fields hold for all records that follow (section 4.6)', () => {
    const pack = [
      { bn: 'urn:dev:ow:10e2073a01080063:', bt: 1.276e9, bu: 'A', bver: 5, n: 'voltage', u: 'V', v: 120.1 },
      { n: 'current', t: -5, v: 1.2 },
      { bv: 10, bs: 1 },
      { n: 'current', t: -4, v: 1.3, s: 2, ut: 7 },
      { bn: 'urn:dev:mac:1', vb: false },
    ];
    expect(resolveSenml(pack)).toEqual([
      { n: 'urn:dev:ow:10e2073a01080063:voltage', u: 'V', v: 120.1, t: 1.276e9 },
      { n: 'urn:dev:ow:10e2073a01080063:current', u: 'A', v: 1.2, t: 1275999995 },
      { n: 'urn:dev:ow:10e2073a01080063:current', u: 'A', v: 11.3, s: 3, t: 1275999996, ut: 7 },
      { n: 'urn:dev:mac:1', u: 'A', vb: false, s: 1, t: 1.276e9 },
    ]);
  });

  test('fields that are not known are ignored', () => {
    expect(resolveSenml(JSON.parse('[{"n":"a","v":1,"constructor":{"u":"x"},"é":[]}]'))).toEqual([
      { n: 'a', v: 1 },
    ]);
  });

  test.each([
    [{}, 'no array of records'],
    [[], 'no array of records'],
    [['a'], 'record 1 is no object'],
    [[{ v: 1 }, [1]], 'record 2 is no object'],
    [[{ n: 'a', v: '1' }], 'needs a number as v'],
    [[{ n: 'a', vb: 1 }], 'needs a boolean as vb'],
    [[{ n: 'a', v: 1, vs: 'x' }], 'more than one value'],
    [[{ n: 'a b', v: 1 }], 'a name with other characters'],
    [[{ bn: 'a'.repeat(500) }, { n: 'b'.repeat(13), v: 1 }], 'a name of more than 512'],
    [[{ n: 'a', v: 1, bver: 11 }], 'the version 11, which is not known'],
    [[{ n: 'a', v: 1, ct_: '60' }], '"ct_", which must be understood'],
    [[{ n: 'a', v: 1e308, bv: 1e308 }], 'beyond the range'],
  ])('%j is refused', async (pack, reason) => {
    const failure = await failureOf(() => resolveSenml(pack));
    expect(failure).toContain('invalid PAYLOAD_MALFORMED: The payload is not valid SenML: ');
    expect(failure).toContain(reason);
  });

  test('CBOR has integers as labels and bytes as data (section 6)', () => {
    const pack = [
      { bver: 10, bn: 'urn:x:', n: 'a', u: 'Cel', v: 21.5, t: 1, other: [true] },
      { n: 'b', vd: '_-8' },
    ];
    const { body } = encodeContent('application/senml+cbor', pack);
    expect(decode(body)).toEqual([
      new Map<unknown, unknown>([
        [-1, 10],
        [-2, 'urn:x:'],
        [0, 'a'],
        [1, 'Cel'],
        [2, 21.5],
        [6, 1],
        ['other', [true]],
      ]),
      new Map<unknown, unknown>([
        [0, 'b'],
        [8, Buffer.of(0xff, 0xef)],
      ]),
    ]);
    expect(decodeContent({ type: 'application/senml+cbor', body })).toEqual(pack);
  });

  test('CBOR may have decimal fractions', async () => {
    const read = (hex: string) =>
      decodeContent({ type: 'application/senml+cbor', body: Buffer.from(hex, 'hex') });
    expect(read('81a102c48221190ccf')).toEqual([{ v: 32.79 }]); // [{2: 4([-2, 3279])}]
    expect(await failureOf(() => read('81a102c4821a000f42401903e8'))).toContain('no finite number');
    expect(await failureOf(() => read('81a102c48101'))).toContain('PAYLOAD_MALFORMED');
  });
});

test.each([
  ['Cel', 'Cel'],
  ['Celsius', 'Cel'],
  ['celsius', 'Cel'],
  ['degree celsius', 'Cel'],
  ['°C', 'Cel'],
  ['om2:degreeCelsius', 'Cel'],
  ['om:degree_Celsius', 'Cel'],
  ['http://qudt.org/vocab/unit/DEG_C', 'Cel'],
  ['unit:DEG_C', 'Cel'],
  ['kelvin', 'K'],
  ['%', '/100'],
  ['om:percent', '/100'],
  ['unit:PERCENT', '/100'],
  ['%RH', '%RH'],
  ['% r.H.', '%RH'],
  ['lux', 'lx'],
  ['om:lux', 'lx'],
  ['unit:LUX', 'lx'],
  ['watt', 'W'],
  ['unit:KiloW', 'kW'],
  ['unit:KiloW-HR', 'kWh'],
  ['om:kilowatthour', 'kWh'],
  ['om:second-Time', 's'],
  ['time:seconds', 's'],
  ['unit:SEC', 's'],
  ['milliseconds', 'ms'],
  ['om2:metrePerSecond-TimeSquared', 'm/s2'],
  ['unit:M-PER-SEC', 'm/s'],
  ['unit:W-PER-M2', 'W/m2'],
  ['meters', 'm'],
  ['om2:hectopascal', 'hPa'],
  ['dBm', 'dBm'],
  ['unit:DeciB_M', 'dBm'],
  ['micrograms per cubic metre', 'ug/m3'],
  ['L', 'l'],
  ['http://www.ontology-of-units-of-measure.org/resource/om-2/volt', 'V'],
  ['C', undefined],
  ['F', undefined],
  ['degrees', undefined],
  ['om2:microtesla', undefined],
  ['planks', undefined],
  ['constructor', undefined],
  ['', undefined],
  [undefined, undefined],
])('unit %s is %s', (unit, expected) => {
  expect(senmlUnit(unit)).toBe(expected);
});

test('secondary units are those of RFC 8798 section 3', () => {
  expect(['kW', '/100', 'hPa'].every(isSecondaryUnit)).toBe(true);
  expect(['W', 'Cel', undefined].some(isSecondaryUnit)).toBe(false);
});

describe('values', () => {
  const thing = 'urn:uuid:1';
  const level = { thing, name: 'level', schema: { type: 'number', unit: 'Cel' } } as const;
  const several = {
    thing,
    schema: {
      properties: {
        level: level.schema,
        power: { type: 'number', unit: 'kW' },
        'on/größe': { type: 'boolean' },
        mode: { type: 'string', unit: 'W' },
        place: { type: 'object' },
      },
    },
  } as const;

  test('become records', () => {
    expect(senmlPack(21.5, level)).toEqual([{ bn: 'urn:uuid:1/', n: 'level', u: 'Cel', v: 21.5 }]);
    expect(senmlPack(21.5, level, 1.5)).toEqual([
      { bn: 'urn:uuid:1/', n: 'level', u: 'Cel', v: 21.5, t: 1.5 },
    ]);
    const values = { level: 1, power: 2, 'on/größe': true, mode: 'eco', place: {} };
    const pack = senmlPack(values, several);
    expect(pack).toEqual([
      { bver: 26, bn: 'urn:uuid:1/', n: 'level', u: 'Cel', v: 1 },
      { n: 'power', u: 'kW', v: 2 },
      { n: 'on/gr_f6__df_e', vb: true },
      { n: 'mode', vs: 'eco' },
    ]);
    expect(senmlValue(pack, several)).toEqual({ level: 1, power: 2, 'on/größe': true, mode: 'eco' });
  });

  test('have names that SenML allows', () => {
    expect(senmlPack(1, { ...level, thing: '#é?' })).toMatchObject([{ bn: '23__e9__3f_/' }]);
    expect(senmlPack(1, { ...level, thing: '/:a' })).toMatchObject([{ bn: 'a/' }]);
    expect(senmlPack(1, { ...level, thing: '' })).toMatchObject([{ bn: 'thing/' }]);
  });

  test.each([
    [[{ v: 3 }]],
    [[{ n: 'level', v: 3 }]],
    [[{ n: 'urn:uuid:1/level', v: 3, u: 'Cel' }]],
    [[{ bn: 'urn:uuid:1/' }, { n: 'level', v: 3, t: 5 }]],
  ])('are read from %j', (pack) => expect(senmlValue(pack, level)).toBe(3));

  test.each([
    [[{ n: 'urn:uuid:2/level', v: 3 }], 'SENML_RECORD_UNFIT: The pack has 1 records'],
    [
      [
        { n: 'level', v: 3 },
        { n: 'level', v: 4 },
      ],
      'SENML_RECORD_UNFIT: The pack has 2 records',
    ],
    [[{ n: 'level', s: 3 }], 'neither v nor vs nor vb'],
    [[{ n: 'level', u: 'K', v: 3 }], 'SENML_UNIT_MISMATCH: The record "level" is in "K"; "Cel" is wanted'],
  ])('are not read from %j', async (pack, reason) => {
    expect(await failureOf(() => senmlValue(pack, level))).toContain(reason);
  });

  test('of what is not there are refused', async () => {
    expect(await failureOf(() => senmlValue([{ n: 'other', v: 1 }], several))).toContain(
      'SENML_RECORD_UNFIT',
    );
    expect(await failureOf(() => senmlValue([{ v: 1 }], several))).toContain('SENML_RECORD_UNFIT');
  });

  test.each([
    [[{ n: 'urn:dev:mac:1:level', v: 3 }]],
    [
      [
        { bn: 'urn:dev:mac:1/', n: 'level', v: 1 },
        { n: 'level', v: 3 },
        { n: 'sublevel', v: 4 },
      ],
    ],
    [[{ n: '3303/0/5700', v: 3 }]],
    [[{ n: '', v: 3 }]],
  ])('of foreign Things are read from %j', (pack) => {
    expect(senmlValue(pack, level, { foreign: true })).toBe(3);
  });

  test('of foreign Things need a record that fits', async () => {
    const pack = [
      { n: 'a', v: 1 },
      { n: 'sublevel', v: 2 },
    ];
    expect(await failureOf(() => senmlValue(pack, level, { foreign: true }))).toContain('SENML_RECORD_UNFIT');
  });
});
