import type { ThingDefinition } from '../contracts/definition.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import type { PartialTd } from '../contracts/td.ts';

/** The name under which a servient is a Thing itself: its TD answers `/.well-known/wot`. */
export const servientName = 'servient';

const td = {
  title: 'Servient',
  description: 'The servient itself: which Things it hosts, and when they come and go.',
  properties: {
    things: {
      title: 'Hosted Things',
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, id: { type: 'string' }, title: { type: 'string' } },
        required: ['name', 'id', 'title'],
      },
      readOnly: true,
      observable: true,
    },
  },
  events: {
    thingAdded: { title: 'A Thing was exposed', data: { type: 'string' } },
    thingRemoved: { title: 'A Thing was removed', data: { type: 'string' } },
  },
} as const satisfies PartialTd;

/** The value of its property `things`. */
export function thingEntries(things: readonly HostedThing[]) {
  return things.map(({ name, id, affordances }) => ({ name, id, title: affordances.title }));
}

/** The servient as a Thing; `things` gives the value of its property. */
export function servientThing(title: string, things: () => unknown): ThingDefinition {
  return {
    td: { ...td, title },
    options: { name: servientName },
    handlers: () => ({ properties: { things: { read: things } } }),
  };
}
