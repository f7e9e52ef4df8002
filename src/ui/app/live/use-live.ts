import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ActionStatus, Connection, LiveEvent, LiveThing, LiveValue, Trend } from './live.ts';
import type { PropertyTraits } from './live-property.ts';
import { pageLive } from './page-live.ts';
import type { Readable } from './store.ts';
import { thingRequests } from './thing-requests.ts';

/** What `invoke` gave: the output, or the invocation of an asynchronous action. */
export type InvokeAnswer = { readonly output?: unknown } | { readonly invocation: ActionStatus };

/** Sends operations over the tab's stream; all reject with ApiError. */
export interface Live {
  read(thing: LiveThing, property: string): Promise<unknown>;
  write(thing: LiveThing, property: string, value: unknown): Promise<void>;
  /** Forgets that a write was refused. */
  dismiss(thing: LiveThing, property: string): void;
  invoke(thing: LiveThing, action: string, input?: unknown): Promise<InvokeAnswer>;
  /** By the name of the action, newest first. */
  invocations(thing: LiveThing): Promise<Readonly<Record<string, readonly ActionStatus[]>>>;
  query(thing: LiveThing, actionId: string): Promise<ActionStatus>;
  cancel(thing: LiveThing, actionId: string): Promise<void>;
}

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
export function useTrend(thing: LiveThing, name: string): Trend {
  const property = useMemo(() => pageLive().property(thing.id, name), [thing.id, name]);
  useEffect(() => property.watchTrend(), [property]);
  return useReadable(property.trend);
}

/** Events of one Thing, newest first, at most 200; of one name, or of all; none while it is not `active`. */
export function useEvents(thing: LiveThing, name?: string, active = true): readonly LiveEvent[] {
  const things = active ? thing.id : undefined;
  return useReadable(
    useMemo(() => pageLive().feed(things === undefined ? [] : [things], name), [things, name]),
  );
}

/** Events of several Things, newest first, at most 200. */
export function useFeed(things: readonly LiveThing[]): readonly LiveEvent[] {
  const ids = things.map(({ id }) => id).join('\n');
  return useReadable(useMemo(() => pageLive().feed(ids === '' ? [] : ids.split('\n')), [ids]));
}

/** A ref for an element, and whether it is on the screen (or nearly so). */
export function useOnScreen<E extends Element>(): readonly [
  ref: (element: E | null) => void,
  onScreen: boolean,
] {
  const [isOn, setOn] = useState(false);
  const ref = useCallback((element: E | null) => {
    if (!element) return undefined;
    const seen = (entries: readonly IntersectionObserverEntry[]) =>
      setOn(entries.at(-1)?.isIntersecting === true);
    const observer = new IntersectionObserver(seen, { rootMargin: '200px' });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, isOn];
}

function useReadable<T>({ listen, get }: Readable<T>): T {
  return useSyncExternalStore(listen, get);
}
