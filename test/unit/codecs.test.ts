import { encode as encodeByCbor2 } from 'cbor2';
import { describe, expect, it } from 'vitest';
import { cbor } from '../../src/codec/cbor.ts';
import { json } from '../../src/codec/json.ts';
import { octetStream } from '../../src/codec/octet-stream.ts';
import { codecFor, decodeContent, encodeContent } from '../../src/codec/registry.ts';
import { senmlCbor } from '../../src/codec/senml-cbor.ts';
import { text } from '../../src/codec/text.ts';
import { failureOf } from '../support/failure-of.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const utf8 = (text: string) => new TextEncoder().encode(text);
const plain: readonly unknown[] = [
  ...[null, true, false, 0, 23, 24, 255, 256, 65535, 65536, 4294967295, 4294967296, 2 ** 53 - 1],
  ...[-1, -24, -25, -257, -65537, -4294967297, -(2 ** 53) + 1, 21.5, 0.1, -1e300, 1e20, 5e-324],
  ...['', 'Grüße 😀', 'x'.repeat(300), [], {}, [1, [2, [3]]], { a: { b: [null] } }],
  { long: 'y'.repeat(70_000), list: Array.from({ length: 1000 }, (_, index) => index * 1.5) },
];

describe.each([
  ['JSON', json],
  ['CBOR', cbor],
])('%s', (_name, codec) => {
  it.each(plain.map((value) => [value]))('carries %j', (value) => {
    expect(codec.decode(codec.encode(value), 64)).toEqual(value);
  });

  it('leaves out undefined members and lets toJSON speak', () => {
    const value = { a: undefined, at: new Date(0), b: 1 };
    expect(codec.decode(codec.encode(value), 64)).toEqual({ at: '1970-01-01T00:00:00.000Z', b: 1 });
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  it.each([
    [undefined, 'it is undefined'],
    [Number.NaN, 'it is NaN'],
    [{ a: [1, Number.POSITIVE_INFINITY] }, '/a/1 is Infinity'],
    [[undefined], '/0 is undefined'],
    [10n, 'it is a bigint'],
    [{ call: () => 1 }, '/call is a function'],
    [new Map(), 'it is a Map'],
    [{ bytes: new Uint8Array(1) }, '/bytes is a Uint8Array'],
    [circular, 'contains itself'],
    [{ at: new Date(Number.NaN), toJSON: () => Number.NaN }, 'it is NaN'],
  ])('refuses to write %#', async (value, reason) => {
    const failure = await failureOf(() => codec.encode(value));
    expect(failure).toContain('internal OUTPUT_NOT_SERIALISABLE');
    expect(failure).toContain(reason);
  });

  it('tells what a getter threw', async () => {
    const broken = Object.defineProperty({}, 'value', {
      enumerable: true,
      get: () => {
        throw new Error('sensor gone');
      },
    });
    expect(await failureOf(() => codec.encode(broken))).toMatch(/OUTPUT_NOT_SERIALISABLE.*sensor gone/);
  });

  it('keeps __proto__ an ordinary member', () => {
    const value = JSON.parse('{"__proto__":{"admin":true},"constructor":1}');
    const read = codec.decode(codec.encode(value), 64) as object;
    expect(Object.keys(read)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect('admin' in read).toBe(false);
  });

  it('bounds the nesting', async () => {
    const nested = (levels: number): unknown => (levels === 0 ? 'x'.repeat(80) : [nested(levels - 1)]);
    expect(codec.decode(codec.encode(nested(64)), 64)).toEqual(nested(64));
    expect(await failureOf(() => codec.decode(codec.encode(nested(65)), 64))).toContain('deeper than 64');
  });
});

describe('JSON', () => {
  it('ignores a byte order mark', () => {
    expect(json.decode(utf8('\ufeff{"a":1}'), 64)).toEqual({ a: 1 });
  });

  it('does not count brackets in strings', () => {
    const text = JSON.stringify([`${'['.repeat(200)}\\"[`, '\\', '{{{']);
    expect(json.decode(utf8(text), 2)).toEqual(JSON.parse(text));
  });

  it('survives 100,000 levels, closed or not', async () => {
    const open = '['.repeat(100_000);
    for (const text of [open, `${open}${']'.repeat(100_000)}`, '{"a":'.repeat(100_000)]) {
      expect(await failureOf(() => json.decode(utf8(text), 64))).toContain('invalid PAYLOAD_MALFORMED');
    }
  });

  it.each([
    ['', 'it is empty'],
    ['{"a":1', 'JSON'],
    ['"open', 'Unterminated'],
    ['"open\\', 'JSON'],
    ['1e999', 'it is Infinity'],
    ['{"a":[-1e999]}', '/a/0 is -Infinity'],
    ['NaN', 'JSON'],
    ["{'a':1}", 'JSON'],
    ['1 2', 'JSON'],
  ])('refuses %j', async (text, reason) => {
    const failure = await failureOf(() => json.decode(utf8(text), 2));
    expect(failure).toContain('invalid PAYLOAD_MALFORMED');
    expect(failure).toContain(reason);
  });

  it('refuses what is not UTF-8', async () => {
    expect(await failureOf(() => json.decode(bytes('22ff22'), 64))).toContain('not UTF-8');
  });
});

describe('CBOR (RFC 8949)', () => {
  // RFC 8949 appendix A
  it.each([
    ['f90000', 0],
    ['f98000', -0],
    ['f93c00', 1],
    ['f97bff', 65504],
    ['f90001', 2 ** -24],
    ['f9c400', -4],
    ['fa47c35000', 100000],
    ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
    ['c11a514b67b0', 1363896240],
    ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', 'http://www.example.com'],
    ['d9d9f7a0', {}],
    ['4401020304', 'AQIDBA'],
    ['5f42010243030405ff', 'AQIDBAU'],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
    ['a301613120613239ffff02', { '1': '1', '-1': '2', '-65536': 2 }],
  ])('reads %s', (hex, value) => {
    expect(cbor.decode(bytes(hex), 64)).toEqual(value);
  });

  it.each([
    ['', 'ends too early'],
    ['19ff', 'ends too early'],
    ['5b7fffffffffffffff', 'ends too early'],
    ['9b7fffffffffffffff01', 'ends too early'],
    ['bbffffffffffffffff', 'ends too early'],
    ['7affffffff61', 'ends too early'],
    ['9f01', 'ends too early'],
    ['0000', 'bytes follow'],
    ['1c', 'reserved'],
    ['1f', 'reserved'],
    ['df00', 'reserved'],
    ['ff', 'no JSON value'],
    ['1bffffffffffffffff', '2^53'],
    ['3bffffffffffffffff', '2^53'],
    ['1b0020000000000000', '2^53'],
    ['c249010000000000000000', 'tag 2'],
    ['a1a002', 'neither text nor an integer'],
    ['a20102613103', 'twice'],
    ['a13bffffffffffffffff02', '2^53'],
    ['a2616101616102', 'twice'],
    ['61ff', 'not UTF-8'],
    ['7f4161ff', 'does not begin a chunk'],
    ['7f7f6161ffff', 'does not begin a chunk'],
    ['f7', 'no JSON value'],
    ['f820', 'no JSON value'],
    ['f97e00', 'not finite'],
    ['f9fc00', 'not finite'],
    ['fb7ff0000000000000', 'not finite'],
  ])('refuses %s', async (hex, reason) => {
    const failure = await failureOf(() => cbor.decode(bytes(hex), 64));
    expect(failure).toContain('invalid PAYLOAD_MALFORMED');
    expect(failure).toContain(reason);
  });

  it('counts tags as levels', async () => {
    expect(await failureOf(() => cbor.decode(new Uint8Array(1e6).fill(0xc1), 64))).toContain('deeper');
  });

  it('reads what cbor2 writes', () => {
    for (const value of plain) expect(cbor.decode(encodeByCbor2(value), 64)).toEqual(value);
  });
});

describe('text and bytes', () => {
  it.each([
    ['text/plain', 'Grüße', 'Grüße'],
    ['text/plain;charset=utf-8', 21.5, '21.5'],
    ['Text/Plain; Charset="US-ASCII"', true, 'true'],
  ])('%s carries %j', (type, value, read) => {
    const content = encodeContent(type, value);
    expect(content.type).toBe(type);
    expect(decodeContent(content)).toBe(read);
  });

  it.each([
    ['text/plain', { a: 1 }, 'only strings, numbers and booleans'],
    ['text/plain', null, 'only strings, numbers and booleans'],
    ['application/octet-stream', 7, 'only a Uint8Array'],
  ])('%s refuses %j', async (type, value, reason) => {
    expect(await failureOf(() => encodeContent(type, value))).toContain(reason);
  });

  it('text refuses what is not UTF-8', async () => {
    const content = { type: 'text/plain', body: bytes('c328') };
    expect(await failureOf(() => decodeContent(content))).toContain('invalid PAYLOAD_MALFORMED');
  });

  it('octet-stream carries bytes as they are', () => {
    const content = encodeContent('application/octet-stream', bytes('00ff'));
    expect(decodeContent(content)).toEqual(bytes('00ff'));
  });
});

describe('media types', () => {
  it.each([
    ['application/json', json],
    ['Application/JSON ; charset=UTF-8', json],
    ['application/td+json', json],
    ['application/senml+json', json],
    ['application/vnd.example+JSON;v=1', json],
    ['application/cbor', cbor],
    ['application/senml+cbor', senmlCbor],
    ['application/vnd.example+cbor', cbor],
    ['text/csv;header=present', text],
    ['image/png', octetStream],
    ['application/jsonx', octetStream],
    ['multipart/x-mixed-replace; boundary="a b"', octetStream],
  ])('%s', (type, codec) => {
    expect(codecFor(type)).toBe(codec);
  });

  it.each(['', 'png', 'image/*', 'constructor', '__proto__', ';', 'a/b;c', `a/b${' '.repeat(2000)}`])(
    '%j is none',
    (type) => {
      expect(codecFor(type)).toBeUndefined();
    },
  );

  it('says which media types and charsets there are', async () => {
    const unknown = await failureOf(() => decodeContent({ type: 'png', body: bytes('00') }));
    expect(unknown).toMatch(/unsupported-media CONTENT_TYPE_INVALID: "png".*application\/json/);
    const charset = await failureOf(() => encodeContent('text/plain; charset=latin1', 'x'));
    expect(charset).toMatch(/unsupported-media CHARSET_UNKNOWN: .*"latin1".*utf-8/);
  });
});
