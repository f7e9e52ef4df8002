import type { ThingSummary } from '../../page-data.ts';
import type { LiveEvent } from '../live/live.ts';
import { fold, wordFilter } from '../things/search-words.ts';

/** Subscriptions are cheap, not free: events of more Things are on their own pages. */
export const mostWatched = 100;

/** The Things whose events the overview shows. */
export function watchedThings(things: readonly ThingSummary[]): readonly ThingSummary[] {
  return things.filter(({ events }) => events.length > 0).slice(0, mostWatched);
}

/** The events that have all words of the filter in their name, their data or the name of their Thing. */
export function matchingEvents(
  events: readonly LiveEvent[],
  filter: string,
  titleOf: (event: LiveEvent) => string,
): readonly LiveEvent[] {
  const has = wordFilter(filter);
  if (!has) return events;
  return events.filter((event) =>
    has([titleOf(event), event.name, JSON.stringify(event.data) ?? ''].map(fold).join('\n')),
  );
}
