import { decode } from 'cbor2';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeContent, encodeContent } from '../../src/codec/registry.ts';
import { resolveSenml } from '../../src/codec/senml.ts';
import { senmlPack, senmlValue } from '../../src/codec/senml-value.ts';
import { WotError } from '../../src/contracts/errors.ts';

const types = ['application/senml+json', 'application/senml+cbor'] as const;
const name = fc.stringMatching(/^[a-z][\w.:/-]{0,10}$/);
const number = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0); // -0 is 0 in JSON
const value = fc.oneof(
  fc.record({ v: number }),
  fc.record({ vs: fc.string({ unit: 'grapheme' }) }),
  fc.record({ vb: fc.boolean() }),
  fc.record({ vd: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')) }),
);
const record = fc
  .tuple(
    fc.record({ n: name, u: fc.string(), s: number, t: number, ut: number }, { requiredKeys: ['n'] }),
    value,
  )
  .map(([fields, own]) => ({ ...fields, ...own }));
const pack = fc.array(record, { minLength: 1, maxLength: 8 });

describe.each(types)('%s', (type) => {
  test('reads what it wrote', () => {
    fc.assert(
      fc.property(pack, (records) => {
        expect(resolveSenml(decodeContent(encodeContent(type, records)))).toEqual(records);
      }),
    );
  });

  test('answers any bytes and any values with records or a typed error', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.tuple(pack, fc.nat(), fc.nat(255)).map(([records, at, byte]) => {
        const { body } = encodeContent(type, records);
        const changed = Buffer.from(body);
        changed[at % changed.length] = byte;
        return changed;
      }),
      fc.jsonValue().map((json) => encodeContent(type, [json]).body),
      fc
        .dictionary(fc.constantFrom('n', 'v', 'vb', 'bn', 'bt', 'bver', 'x_', '__proto__'), fc.jsonValue())
        .map((json) => encodeContent(type, [json]).body),
    );
    fc.assert(
      fc.property(anything, (body) => {
        try {
          expect(resolveSenml(decodeContent({ type, body }))).toBeInstanceOf(Array);
        } catch (error) {
          expect(error).toBeInstanceOf(WotError);
          expect((error as WotError).code).toBe('PAYLOAD_MALFORMED');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('CBOR is what others read', () => {
  fc.assert(
    fc.property(pack, (records) => {
      const read = decode(encodeContent('application/senml+cbor', records).body) as Map<number, unknown>[];
      expect(read.map((each) => each.get(0))).toEqual(records.map(({ n }) => n));
      expect(read.map((each) => each.get(2))).toEqual(
        records.map((each) => ('v' in each ? each.v : undefined)),
      );
    }),
  );
});

test('a measurement is the same after its way, whatever its names', () => {
  const text = fc.string({ unit: 'binary' });
  const measured = fc.oneof(
    fc.record({ schema: fc.constant({ type: 'number' } as const), value: number }),
    fc.record({ schema: fc.constant({ type: 'boolean' } as const), value: fc.boolean() }),
    fc.record({ schema: fc.constant({ type: 'string' } as const), value: text }),
  );
  fc.assert(
    fc.property(measured, text, text, (of, thing, property) => {
      const about = { thing, name: property, schema: of.schema };
      expect(senmlValue(senmlPack(of.value, about), about)).toEqual(of.value);
    }),
  );
});
