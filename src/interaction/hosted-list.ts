import { WotError } from '../contracts/errors.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import { thingPath } from './path-forms.ts';

type Things = ReadonlyMap<string, HostedThing>;

/** The Things that a servient hosts for others, in order of exposure. */
export function listedThings(things: Things): readonly HostedThing[] {
  return [...things.values()].filter(({ listed }) => listed);
}

/** The Thing that the servient is itself; WotError `unavailable` while there is none. */
export function servientThing(things: Things): HostedThing {
  const own = [...things.values()].find(({ listed }) => !listed);
  if (own) return own;
  const message = 'The servient is starting or stopping; try again in a moment.';
  throw new WotError('unavailable', 'STARTING', message);
}

/** One page of `GET /things`; `next` is the query of the page after it, where there is one. */
export interface ListPage {
  readonly entries: readonly object[];
  readonly next?: string;
}

/** Pages by `offset` and `limit`, all without them; `prefix` is the path before all of the servient's own. */
export function listPage(things: Things, query: Readonly<Record<string, string>>, prefix = ''): ListPage {
  const all = listedThings(things);
  const offset = wholeNumber(query, 'offset', 0) ?? 0;
  const limit = wholeNumber(query, 'limit', 1) ?? all.length;
  const end = offset + limit;
  const entries = all.slice(offset, end).map((thing) => listEntry(thing, prefix));
  return end < all.length ? { entries, next: `offset=${end}&limit=${limit}` } : { entries };
}

function listEntry({ name, id, affordances }: HostedThing, prefix: string) {
  const type = affordances['@type'];
  return {
    name,
    id,
    title: affordances.title,
    ...(type === undefined ? {} : { '@type': type }),
    href: prefix + thingPath(name),
  };
}

function wholeNumber(
  query: Readonly<Record<string, string>>,
  name: string,
  least: number,
): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  const message = `${name} must be a whole number from ${least} on, not ${JSON.stringify(text.slice(0, 40))}.`;
  throw new WotError('invalid', 'PAGE_INVALID', message);
}
