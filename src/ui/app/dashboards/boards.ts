import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { sameJson } from '../../../td/same-json.ts';
import type { Dashboard, ListedDashboard } from '../../dashboard.ts';
import { json, send } from '../api/api.ts';
import { ApiError } from '../api/api-error.ts';

const all = 'dashboards';
/** The code of what became of a board that two people edit. */
export const boardChanged = 'BOARD_CHANGED';

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

/** A board to be kept. */
export interface SavedBoard {
  readonly slug: string;
  /** Anything may be sent: the servient tells what of it is no board. */
  readonly board: unknown;
  /** What it takes the place of, null for nothing; whatever is there where it is left out. */
  readonly over?: Dashboard | null;
}

/** Keeps a board; fails with ApiError BOARD_CHANGED where another one than `over` has come to be there. */
export function useSaveBoard() {
  return useChange(async ({ slug, board, over }: SavedBoard) => {
    if (over !== undefined && !sameJson(await presentBoard(slug), over)) throw changed();
    return send(boardPath(slug), { method: 'PUT', body: board });
  });
}

async function presentBoard(slug: string): Promise<Dashboard | null> {
  try {
    return await json<Dashboard>(boardPath(slug));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function changed(): ApiError {
  const detail = 'Somebody else changed this board meanwhile.';
  return new ApiError(409, { title: 'The board was changed', detail, code: boardChanged, kind: 'conflict' });
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
    onSettled: () => queries.invalidateQueries({ queryKey: [all] }),
  });
}
