import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
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

/** Cancels an invocation that runs, forgets one that is over. */
export function useCancel(thing: LiveThing) {
  const live = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ id = '' }: ActionStatus) => live.cancel(thing, id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['invocations', thing.name] }),
  });
}

/** Invokes an action; `ms` is how long its answer took. */
export function useInvoke(thing: LiveThing, action: string) {
  const live = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (input: unknown) => {
      const start = performance.now();
      const answer = await live.invoke(thing, action, input);
      return { answer, ms: performance.now() - start };
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['invocations', thing.name] }),
  });
}
