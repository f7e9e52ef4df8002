import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ThingHandlers, ThingOptions } from '../../src/contracts/definition.ts';
import { WotError } from '../../src/contracts/errors.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { defineThing } from '../../src/td/define-thing.ts';

const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', '$gap', '', 'a', 'b'),
  fc.string(),
);
const affordances = fc.oneof(fc.jsonValue(), fc.dictionary(name, fc.jsonValue({ maxDepth: 2 })));
const member = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: undefined });
const sections = {
  properties: member(affordances),
  actions: member(affordances),
  events: member(affordances),
};
const td = fc.oneof(fc.jsonValue(), fc.record({ title: fc.oneof(fc.string(), fc.jsonValue()), ...sections }));
const held = fc.dictionary(name, fc.record({ initial: fc.jsonValue() }));
const handlers = fc.oneof(fc.jsonValue(), fc.record({ ...sections, properties: held }));

it('any TD and any handlers are taken, or refused with a WotError', () => {
  fc.assert(
    fc.property(td, handlers, fc.array(name), (anyTd, anyHandlers, persist) => {
      const options: ThingOptions = { persist };
      try {
        const definition = defineThing(anyTd as PartialTd, anyHandlers as ThingHandlers, options);
        expect(definition.td).toBe(anyTd);
      } catch (error) {
        expect(error).toBeInstanceOf(WotError);
      }
    }),
    { numRuns: 1000 },
  );
});
