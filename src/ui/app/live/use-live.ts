import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Connection, LiveEvent, LiveThing, LiveValue, Trend } from './live.ts';
import type { PropertyTraits } from './live-property.ts';
import { pageLive } from './page-live.ts';
import type { Readable } from './store.ts';
import { type Live, thingRequests } from './thing-requests.ts';

let live: Live | undefined;

/** The state of the tab's one stream. */
export function useConnection(): Connection {
  return useReadable(pageLive().connection);
}

/** The tab's one stream. */
export function useLive(): Live {
  live ??= thingRequests(pageLive());
  return live;
}

/** A property, subscribed to while the component is mounted, `active` and the tab visible; polled where it is not observable. */
export function useProperty(
  thing: LiveThing,
  name: string,
  options: PropertyTraits & { readonly active?: boolean } = {},
): LiveValue {
  const { observable, readable, active = true } = options;
  const property = useMemo(() => pageLive().property(thing.id, name), [thing.id, name]);
  useEffect(
    () => (active ? property.watch({ observable, readable }) : undefined),
    [property, active, observable, readable],
  );
  return useReadable(property.value);
}

/** The numeric changes of the last minutes, those from before the page was opened too as far as the servient has them. */
export function useTrend(thing: LiveThing, name: string, active = true): Trend {
  const property = useMemo(() => pageLive().property(thing.id, name), [thing.id, name]);
  useEffect(() => (active ? property.watchTrend() : undefined), [property, active]);
  return useReadable(property.trend);
}

/** Events of one Thing, newest first, at most 200; of one name, or of all; none while it is not `active`. */
export function useEvents(thing: LiveThing, name?: string, active = true): readonly LiveEvent[] {
  const { id } = thing;
  return useReadable(useMemo(() => pageLive().feed(active ? [id] : [], name), [id, name, active]));
}

/** Events of several Things, newest first, at most 200. */
export function useFeed(things: readonly LiveThing[]): readonly LiveEvent[] {
  const ids = things.map(({ id }) => id).join('\n');
  return useReadable(useMemo(() => pageLive().feed(ids === '' ? [] : ids.split('\n')), [ids]));
}

function useReadable<T>({ listen, get }: Readable<T>): T {
  return useSyncExternalStore(listen, get);
}
