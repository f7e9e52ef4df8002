import fc from 'fast-check';
import type { ThingSummary } from '../../src/ui/page-data.ts';

/** A Thing in the list, with what the test says of it. */
export function summary(name: string, more: Partial<ThingSummary> = {}): ThingSummary {
  return {
    name,
    id: `urn:example:${name}`,
    title: name,
    types: [],
    models: [],
    units: [],
    protocols: [],
    properties: [],
    actions: [],
    events: [],
    ...more,
  };
}

/** Texts as a TD may have them. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('zone 1', 'Level', '__proto__', 'İ', 'ﬁ', 'ẞ', 'a'.repeat(5000), '\u202eright', '(['),
);

const affordances = fc.array(
  fc.record(
    {
      name: hostileText,
      title: hostileText,
      titles: fc.dictionary(fc.constantFrom('de', 'en', '__proto__'), hostileText),
    },
    { requiredKeys: ['name'] },
  ),
  { maxLength: 4 },
);

/** Any Things that a list may have. */
export const hostileSummaries = fc
  .array(
    fc
      .record(
        {
          title: hostileText,
          types: fc.array(hostileText, { maxLength: 3 }),
          units: fc.array(hostileText, { maxLength: 3 }),
          location: hostileText,
          protocols: fc.array(hostileText, { maxLength: 3 }),
          properties: affordances,
          actions: affordances,
          events: affordances,
          fault: fc.record({ code: hostileText, message: hostileText, since: fc.integer() }),
        },
        { requiredKeys: ['title'] },
      )
      .map((more) => more),
    { maxLength: 8 },
  )
  .map((all) => all.map((more, at) => summary(`thing-${at}`, more)));
