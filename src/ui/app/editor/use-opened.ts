import { useQuery } from '@tanstack/react-query';
import type { Problem } from '../../../contracts/errors.ts';
import type { ThingDescription } from '../../../contracts/td.ts';
import type { FetchedTd } from '../../page-data.ts';
import { json } from '../api/api.ts';
import { ApiError } from '../api/api-error.ts';
import { formatted } from './document-of.ts';
import { examples, newThing } from './examples.ts';
import type { Opened } from './td-workspace.tsx';
import { openedThing } from './thing-td.tsx';

/** Where a document comes from, as the URL says: `?thing=`, `?url=`, `?example=`; a new one otherwise. */
export interface Source {
  readonly thing?: string;
  readonly url?: string;
  readonly example?: string;
}

/** The source that search parameters name. */
export function sourceOf(search: Readonly<Record<string, unknown>>): Source {
  const { thing, url, example } = search;
  // The router reads `?thing=5` as a number.
  if (thing !== undefined) return { thing: String(thing) };
  if (url !== undefined) return { url: String(url) };
  return example === undefined ? {} : { example: String(example) };
}

/** The document of a source, once it is there. */
export function useOpened(source: Source): {
  readonly opened: Opened | undefined;
  readonly problem: Problem | undefined;
  retry(): void;
} {
  const { data, error, refetch } = useQuery({
    queryKey: ['editor', source],
    queryFn: ({ signal }) => open(source, signal),
    // What is worked on does not change beneath the hand.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    throwOnError: (thrown) => !(thrown instanceof ApiError),
  });
  const problem = error instanceof ApiError ? error.problem : undefined;
  return { opened: data, problem, retry: () => void refetch() };
}

async function open({ thing, url, example }: Source, signal: AbortSignal): Promise<Opened> {
  if (thing !== undefined) {
    const headers = { accept: 'application/td+json' };
    return openedThing(
      await json<ThingDescription>(`things/${encodeURIComponent(thing)}`, { signal, headers }),
      thing,
    );
  }
  if (url !== undefined) {
    const { text, address } = await json<FetchedTd>('app/api/td/fetch', {
      method: 'POST',
      body: { url },
      signal,
    });
    // What stands on one line would have all its findings there.
    const isOneLine = !text.trim().includes('\n');
    return { key: `url ${url}`, text: isOneLine ? formatted(text) : text, address };
  }
  const known = examples.find(({ name }) => name === example);
  return known ? { key: `example ${known.name}`, text: await known.text() } : { key: 'new', text: newThing };
}
