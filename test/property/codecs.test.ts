import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeContent, encodeContent } from '../../src/codec/registry.ts';
import { WotError } from '../../src/contracts/errors.ts';

const structured = ['application/json', 'application/cbor'] as const;
const types = [...structured, 'text/plain', 'application/octet-stream'] as const;

/** Bytes that begin like CBOR containers and JSON text, where random bytes alone end too soon. */
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .array(fc.constantFrom(0x81, 0x9f, 0xa1, 0xbf, 0x61, 0x7f, 0xff, 0xc1, 0xd8, 0x1b, 0xfb, 0x00), {
      maxLength: 200,
    })
    .map((list) => Uint8Array.from(list)),
  fc
    .array(fc.constantFrom('[', ']', '{', '}', '"', '\\', ':', ',', '1', 'e', '9', 'null', '\ud800'))
    .map((list) => Buffer.from(list.join(''))),
);

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null)
    return ['string', 'boolean', 'object'].includes(typeof value);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (Array.isArray(value) || prototype === Object.prototype) && Object.values(value).every(isPlain);
}

describe.each(types)('%s', (type) => {
  it('answers any bytes with a value or a typed error', () => {
    fc.assert(
      fc.property(hostile, (body) => {
        try {
          const value = decodeContent({ type, body }, 8);
          if (type !== 'application/octet-stream') expect(isPlain(value)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(WotError);
          expect((error as WotError).code).toBe('PAYLOAD_MALFORMED');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe.each(structured)('%s', (type) => {
  const json = fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' });

  it('reads what it wrote', () => {
    fc.assert(
      fc.property(json, (value) => {
        const expected: unknown = JSON.parse(JSON.stringify(value));
        expect(decodeContent(encodeContent(type, value))).toEqual(expected);
      }),
    );
  });

  it('refuses every truncation', () => {
    fc.assert(
      fc.property(json, fc.nat(), (value, cut) => {
        const { body } = encodeContent(type, [value]);
        const cutBody = body.subarray(0, cut % body.length);
        expect(() => decodeContent({ type, body: cutBody })).toThrow(WotError);
      }),
    );
  });

  it('writes any value or fails typed', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
        (value) => {
          try {
            decodeContent(encodeContent(type, value), 1001);
          } catch (error) {
            expect((error as WotError).code).toBe('OUTPUT_NOT_SERIALISABLE');
          }
        },
      ),
    );
  });
});
