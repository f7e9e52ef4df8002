import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WotError } from '../../src/contracts/errors.ts';
import { mergePatch } from '../../src/td/merge-patch.ts';
import { thingFromModel } from '../../src/td/thing-model.ts';

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom('#/properties/a', 'other#/properties/b', 'other', '{{X}}', '{{Y}} {{X}}', 'tm:extends'),
      fc.jsonValue(),
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom('tm:ref', 'a', 'b', 'properties', 'links', 'rel', 'href', 'tm:optional', '__proto__'),
        fc.string(),
      ),
      tie('value'),
      { maxKeys: 6 },
    ),
  ),
}));

const model = fc.record(
  {
    '@type': fc.constantFrom('tm:ThingModel', ['tm:ThingModel', 'x:Y']),
    '@context': fc.constant('https://www.w3.org/2022/wot/td/v1.1'),
    title: fc.constantFrom('A', '{{X}}'),
    properties: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), value),
    links: fc.array(
      fc.record({
        rel: fc.constantFrom('tm:extends', 'type', 'item'),
        href: fc.constantFrom('other', 'third', ''),
      }),
    ),
    'tm:optional': fc.array(fc.constantFrom('/properties/a', '/properties/b')),
  },
  { requiredKeys: ['@type', '@context', 'title'] },
);

describe('thingFromModel', () => {
  it('makes a Thing or a WotError of anything', async () => {
    const run = fc.asyncProperty(
      fc.oneof(model, value),
      fc.oneof(model, value, fc.string()),
      async (input, other) => {
        const options = { placeholders: { X: 1 }, resolve: () => other };
        try {
          const thing = await thingFromModel(input as object, options);
          expect(typeof thing.title).toBe('string');
          expect(Object.keys(thing).filter((name) => name.startsWith('tm:'))).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(WotError);
        }
      },
    );
    await fc.assert(run, { numRuns: 500 });
  });
});

describe('mergePatch', () => {
  it('is idempotent and never pollutes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      }),
    );
  });
});
