import type { Search } from '../routes.tsx';
import { type Chosen, type Filter, facetNames } from './facets.ts';

export const sortNames = ['title', 'type', 'location', 'status'] as const;
export type SortName = (typeof sortNames)[number];
export const groupNames = ['location', 'type', 'none'] as const;
export type GroupName = (typeof groupNames)[number];

/** What the address of the list says. */
export interface ThingsView extends Filter {
  readonly as: 'cards' | 'table';
  readonly sort: SortName;
  readonly descending: boolean;
  /** Undefined leaves it to what the Things have. */
  readonly group: GroupName | undefined;
}

/** Reads the search parameters; what makes no sense counts as absent. */
export function viewOf(search: Search): ThingsView {
  const sort = textOf(search['sort']);
  const descending = sort.startsWith('-');
  return {
    q: textOf(search['q']),
    chosen: Object.fromEntries(
      facetNames.map((facet) => [facet, listOf(search[facet])]),
    ) as unknown as Chosen,
    as: search['as'] === 'table' ? 'table' : 'cards',
    sort: sortNames.find((name) => name === sort.slice(descending ? 1 : 0)) ?? 'title',
    descending,
    group: groupNames.find((name) => name === search['group']),
  };
}

/** A chosen value more or less, as search parameters: one value plain, several as a list, none left out. */
export function toggled(chosen: readonly string[], value: string): string | readonly string[] | undefined {
  const left = chosen.filter((each) => each !== value);
  const next = left.length === chosen.length ? [...chosen, value] : left;
  return next.length > 1 ? next : next[0];
}

/** The search parameters without any filter. */
export const unfiltered = Object.fromEntries(['q', ...facetNames].map((name) => [name, undefined]));

// The router reads `?q=5` as a number.
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

function listOf(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [...new Set(all.map(textOf).filter((text) => text !== ''))];
}
