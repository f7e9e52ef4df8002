import type { ThingSummary } from '../../page-data.ts';
import { facetValues } from './facets.ts';
import type { GroupName, SortName, ThingsView } from './things-view.ts';

/** Things under one heading; `label` undefined for those that have none. */
export interface ThingGroup {
  readonly label: string | undefined;
  readonly things: readonly ThingSummary[];
}

/** A row of the list: a heading, or as many Things as stand side by side; `first` is the place of the first one. */
export type ListRow =
  | { readonly kind: 'heading'; readonly label: string | undefined; readonly count: number }
  | { readonly kind: 'things'; readonly things: readonly ThingSummary[]; readonly first: number };

type TitleOf = (thing: ThingSummary) => string;

/** The Things in the order of the view; equal ones by title. */
export function sorted(
  things: readonly ThingSummary[],
  { sort, descending }: Pick<ThingsView, 'sort' | 'descending'>,
  titleOf: TitleOf,
): readonly ThingSummary[] {
  const { compare } = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
  const sign = descending ? -1 : 1;
  const keyed = things.map((thing) => ({ thing, key: keyOf(thing, sort, titleOf), title: titleOf(thing) }));
  keyed.sort((a, b) => sign * compareKeys(a.key, b.key, compare) || compare(a.title, b.title));
  return keyed.map(({ thing }) => thing);
}

/** The Things under their headings, which come in their natural order, those without one last. */
export function grouped(things: readonly ThingSummary[], by: GroupName): readonly ThingGroup[] {
  if (by === 'none') return things.length === 0 ? [] : [{ label: undefined, things }];
  const groups = Map.groupBy(things, (thing) => facetValues(thing, by)[0]);
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  return Array.from(groups, ([label, members]) => ({ label, things: members })).sort((a, b) =>
    compareKeys(a.label, b.label, compare),
  );
}

/** The rows of the list, `columns` Things in each; one group alone that has no label needs no heading. */
export function rowsOf(groups: readonly ThingGroup[], columns: number): readonly ListRow[] {
  const rows: ListRow[] = [];
  const headed = groups.length > 1 || groups[0]?.label !== undefined;
  let first = 0;
  for (const { label, things } of groups) {
    if (headed) rows.push({ kind: 'heading', label, count: things.length });
    for (let at = 0; at < things.length; at += columns) {
      rows.push({ kind: 'things', things: things.slice(at, at + columns), first: first + at });
    }
    first += things.length;
  }
  return rows;
}

function keyOf(thing: ThingSummary, sort: SortName, titleOf: TitleOf): string | undefined {
  return sort === 'title' ? titleOf(thing) : facetValues(thing, sort)[0];
}

/** What has no key comes last. */
function compareKeys(
  a: string | undefined,
  b: string | undefined,
  compare: (a: string, b: string) => number,
): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compare(a, b);
}
