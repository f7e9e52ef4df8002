import { WotError } from '../contracts/errors.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import { thingPath } from './path-forms.ts';
import { starting } from './servient-state.ts';

type Things = ReadonlyMap<string, HostedThing>;

/** The Things that a servient hosts for others, in order of exposure. */
export function listedThings(things: Things): readonly HostedThing[] {
  return [...things.values()].filter(({ listed }) => listed);
}

/** The Thing that the servient is itself; WotError `unavailable` while there is none. */
export function servientThing(things: Things): HostedThing {
  const own = [...things.values()].find(({ listed }) => !listed);
  if (own) return own;
  throw starting();
}

/** What a page of `GET /things` shows of all Things; `next` is the query of the page after it, where there is one. */
export interface PageBounds {
  readonly offset: number;
  readonly end: number;
  readonly next?: string;
}

/** Pages by `offset` and `limit`, all without them; WotError `invalid` PAGE_INVALID. */
export function pageBounds(count: number, query: Readonly<Record<string, unknown>>): PageBounds {
  const offset = wholeNumber(query, 'offset', 0) ?? 0;
  const limit = wholeNumber(query, 'limit', 1) ?? count;
  const end = offset + limit;
  return end < count ? { offset, end, next: `offset=${end}&limit=${limit}` } : { offset, end };
}

/** The entries of one page of `GET /things`. */
export function listPage(things: Things, query: Readonly<Record<string, unknown>>): readonly object[] {
  const all = listedThings(things);
  const { offset, end } = pageBounds(all.length, query);
  return all.slice(offset, end).map((thing) => listEntry(thing));
}

/** A Thing in the list; `prefix` is the path before all of the servient's own. */
export function listEntry({ name, id, affordances }: HostedThing, prefix = '') {
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
  query: Readonly<Record<string, unknown>>,
  name: string,
  least: number,
): number | undefined {
  if (query[name] === undefined) return undefined;
  const text = String(query[name]);
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  const message = `${name} must be a whole number from ${least} on, not ${JSON.stringify(text.slice(0, 40))}.`;
  throw new WotError('invalid', 'PAGE_INVALID', message);
}
