import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseLanguage } from '../../src/bindings/http/messages/accept-language.ts';

const tags = ['de', 'de-CH', 'en', 'zh-Hant', 'x-klingon'];

test('any header chooses one of the languages, or none', () => {
  const bytes = fc.string({ unit: 'binary', maxLength: 60 });
  const like = fc.array(fc.constantFrom(...tags, '*', ',', ';', 'q=', '0.5', '1', '-', ' ', '"', 'é'), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        bytes,
        like.map((pieces) => pieces.join('')),
      ),
      (header) => {
        expect([undefined, ...tags]).toContain(chooseLanguage(header, tags));
      },
    ),
    { numRuns: 1000 },
  );
});

test('the heaviest range that has a language decides, whatever the order', () => {
  const weights = fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      weights,
      fc.shuffledSubarray(['de', 'en', 'fr', 'zh-hant'], { minLength: 4 }),
      (numbers, order) => {
        const ranges = order.map((range, index) => ({ range, weight: numbers[index] ?? 0 }));
        const header = ranges
          .map(({ range, weight }) => `${range};q=0.${String(weight).padStart(3, '0')}`)
          .join(', ');
        const [best] = ranges.filter(({ range }) => range !== 'fr').sort((a, b) => b.weight - a.weight);
        expect(chooseLanguage(header, tags)?.toLowerCase()).toBe(best?.range);
      },
    ),
  );
});

test('a header as long as a server takes costs little', () => {
  for (const unit of ['a-', 'a,', 'de-', ',', ';', '"', 'q=']) {
    expect(chooseLanguage(unit.repeat(8000), tags)).toBeUndefined();
  }
});
