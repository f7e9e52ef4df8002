import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseCoding } from '../../src/bindings/http/messages/compression.ts';
import { negotiate, prefersHtml } from '../../src/bindings/http/messages/negotiation.ts';
import { weightedList } from '../../src/bindings/http/messages/weighted-list.ts';
import { codecFor } from '../../src/codec/registry.ts';
import { isMediaType } from '../../src/contracts/media-type.ts';

const offered = ['application/json', 'application/cbor', 'text/plain'];
const pieces = fc.constantFrom(
  ...[
    'application/json',
    'application/cbor',
    'text/html',
    'text/*',
    '*/*',
    'gzip',
    'br',
    'identity',
    '*',
    'charset=',
    'v="a,;b"',
  ],
  ...[',', ';', ';q=', '0', '0.5', '1', '-1', '1e999', 'NaN', '=', '"', '\\', ' ', '\t', 'é', '\u0000'],
);
const header = fc.oneof(
  fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

test('whatever a header holds, the choice is one of those offered, and the same again', () => {
  fc.assert(
    fc.property(header, (text) => {
      const type = negotiate(text, offered);
      if (type !== undefined) expect(offered).toContain(type);
      expect(negotiate(text, offered)).toBe(type);
      expect([undefined, 'br', 'gzip']).toContain(chooseCoding(text));
      if (prefersHtml(text)) expect(negotiate(text, ['text/html'])).toBe('text/html');
      for (const { quality } of weightedList(text)) {
        expect(quality).toBeGreaterThanOrEqual(0);
        expect(quality).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 1000 },
  );
});

test('of well-formed weights the highest wins, 0 refuses', () => {
  const weight = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
  fc.assert(
    fc.property(fc.tuple(weight, weight, weight), (weights) => {
      const accept = offered.map((type, index) => `${type};q=${weights[index]}`).join(', ');
      const best = Math.max(...weights);
      expect(negotiate(accept, offered)).toBe(best === 0 ? undefined : offered[weights.indexOf(best)]);
    }),
  );
});

test('any content type has a codec, or is none', () => {
  fc.assert(
    fc.property(header, (text) => {
      expect(codecFor(text) !== undefined).toBe(isMediaType(text));
    }),
    { numRuns: 1000 },
  );
});

test('long headers take linear time', () => {
  for (const unit of ['"', '"\\', ';q=', ' ', ',', 'a;', '"a"', '\\"']) {
    const long = unit.repeat(16_384 / unit.length);
    const began = performance.now();
    negotiate(long, offered);
    chooseCoding(long);
    prefersHtml(`text/html${long}`);
    isMediaType(`text/plain;${long}`);
    isMediaType(`text/plain;${long.slice(0, 900)}`);
    expect(performance.now() - began).toBeLessThan(500);
  }
});
