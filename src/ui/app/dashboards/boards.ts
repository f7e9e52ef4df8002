import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Dashboard, ListedDashboard } from '../../dashboard.ts';
import { json, send } from '../api/api.ts';

const all = 'dashboards';

/** The path of a board below the page's API. */
export function boardPath(slug: string): string {
  return `app/api/dashboards/${encodeURIComponent(slug)}`;
}

/** Every board without its tiles. */
export function useBoards() {
  return useQuery(
    queryOptions({
      queryKey: [all],
      queryFn: ({ signal }) => json<readonly ListedDashboard[]>('app/api/dashboards', { signal }),
    }),
  );
}

/** One board; fails with ApiError DASHBOARD_UNKNOWN. */
export function useBoard(slug: string) {
  return useQuery({
    queryKey: [all, slug],
    queryFn: ({ signal }) => json<Dashboard>(boardPath(slug), { signal }),
    retry: false,
  });
}

/** Keeps a board; anything may be sent, the servient tells what of it is no board. */
export function useSaveBoard() {
  return useChange(({ slug, board }: { readonly slug: string; readonly board: unknown }) =>
    send(boardPath(slug), { method: 'PUT', body: board }),
  );
}

/** Removes a board, or brings back the one that was shipped. */
export function useDeleteBoard() {
  return useChange((slug: string) => send(boardPath(slug), { method: 'DELETE' }));
}

function useChange<V>(mutationFn: (variables: V) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    // What is shown next is what the servient has.
    onSuccess: () => queries.invalidateQueries({ queryKey: [all] }),
  });
}
