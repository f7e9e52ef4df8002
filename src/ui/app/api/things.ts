import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ThingDescription } from '../../../contracts/td.ts';
import type { ThingSummaries, ThingSummary } from '../../page-data.ts';
import { json, jsonOf, send } from './api.ts';
import { ApiError } from './api-error.ts';

/** Milliseconds after which the list of Things is asked for again; unchanged it costs one 304. */
const listEvery = 5000;

/** The last list, which need not be read again while it has the same ETag: it may be of megabytes. */
let last: { readonly etag: string | null; readonly list: ThingSummaries } | undefined;

/** Every hosted Thing, as lists and search need it. */
export function useThings() {
  return useQuery({ queryKey: ['things'], queryFn: listThings, refetchInterval: listEvery });
}

/** The one of this name. */
export function useThing(name: string): ThingSummary | undefined {
  return useThings().data?.things.find((thing) => thing.name === name);
}

/** Whether the servient, or what stands before it, does not let this page in any more: the login of the tab ended. */
export function useLoginEnded(): boolean {
  const { error } = useThings();
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}

async function listThings({ signal }: { readonly signal: AbortSignal }): Promise<ThingSummaries> {
  const response = await send('app/api/things', { signal });
  const etag = response.headers.get('etag');
  if (last !== undefined && etag !== null && etag === last.etag) {
    await response.body?.cancel();
    return last.list;
  }
  const list = await jsonOf<ThingSummaries>(response);
  last = { etag, list };
  return list;
}

/** The TD of a hosted Thing, as it is served. */
export function useTd(name: string) {
  return useQuery(tdQuery(name));
}

/** How the TD of a hosted Thing is asked for. */
export function tdQuery(name: string) {
  return queryOptions({
    queryKey: ['td', name],
    queryFn: ({ signal }) =>
      json<ThingDescription>(`things/${encodeURIComponent(name)}`, {
        signal,
        // All languages: the reader may have chosen another one than the browser prefers.
        headers: { accept: 'application/td+json', 'accept-language': '*' },
      }),
  });
}
