import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { ActionStatus, LiveThing } from '../../live/live.ts';
import { useLive } from '../../live/use-live.ts';
import { followPause } from './follow-pause.ts';

/** The invocations of a Thing by action, newest first, followed while the tab is visible. */
export function useInvocations(thing: LiveThing, enabled: boolean) {
  const live = useLive();
  return useQuery({
    queryKey: ['invocations', thing.name],
    queryFn: () => live.invocations(thing),
    enabled,
    refetchInterval: ({ state }) => followPause(state.data, Date.now()),
  });
}

/** Cancels an invocation that runs, forgets one that is over; the servient knows neither any more then. */
export function useCancel(thing: LiveThing, done: () => void) {
  const live = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ id = '' }: Pick<ActionStatus, 'id'>) => live.cancel(thing, id),
    onSuccess: done,
    onSettled: () => queries.invalidateQueries({ queryKey: ['invocations', thing.name] }),
  });
}

/** Invokes an action, once at a time; `ms` is how long its answer took. */
export function useInvoke(thing: LiveThing, action: string) {
  const live = useLive();
  const queries = useQueryClient();
  const underWay = useRef(false);
  const { mutate, ...others } = useMutation({
    mutationFn: async (input: unknown) => {
      const start = performance.now();
      const answer = await live.invoke(thing, action, input);
      return { answer, ms: performance.now() - start };
    },
    onSettled: () => {
      underWay.current = false;
      return queries.invalidateQueries({ queryKey: ['invocations', thing.name] });
    },
  });
  const invoke = (input?: unknown): void => {
    // The second click of two comes before the button is seen to be busy.
    if (!underWay.current) mutate(input);
    underWay.current = true;
  };
  return { ...others, invoke };
}
