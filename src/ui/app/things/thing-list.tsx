import { type ReactNode, useMemo, useRef } from 'react';
import type { ThingSummary } from '../../page-data.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { type ListRow, rowsOf, type ThingGroup } from './arrangement.ts';
import { typeLabel } from './facet-label.ts';
import { messages } from './messages.ts';
import { ThingCard } from './thing-card.tsx';
import { ThingRow } from './thing-row.tsx';
import { ThingTable } from './thing-table.tsx';
import classes from './things.module.css';
import type { GroupName } from './things-view.ts';
import { useColumns } from './use-columns.ts';
import { useListKeys } from './use-list-keys.ts';
import { type RowHeights, useListWindow } from './use-list-window.ts';

const cardHeights: RowHeights = { heading: 2.75, things: 10 };
const tableHeights: RowHeights = { heading: 2.75, things: 3.5 };

interface ThingListProps {
  readonly groups: readonly ThingGroup[];
  readonly table: boolean;
  readonly by: GroupName;
}

/** Things under their headings, as cards or as a table; only those on the screen are drawn. */
export function ThingList({ groups, table, by }: ThingListProps) {
  const list = useRef<HTMLDivElement>(null);
  const columns = useColumns(list, table);
  const rows = useMemo(() => rowsOf(groups, columns), [groups, columns]);
  const shown = useListWindow(list, rows, table ? tableHeights : cardHeights);
  const count = groups.reduce((sum, { things }) => sum + things.length, 0);
  const keys = useListKeys({
    list,
    count,
    columns,
    reveal: (index) => shown.reveal(rowOf(rows, index)),
  });
  const Frame = table ? ThingTable : CardGrid;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links in it have the focus; it only moves it among them
    <div ref={list} onKeyDown={keys}>
      <Frame count={count} columns={columns} before={shown.before} after={shown.after}>
        {shown.rows.flatMap((row) => itemsOf(row, { table, by }))}
      </Frame>
    </div>
  );
}

/** A Thing at its place in the list, and what it is grouped by. */
export interface ThingItemProps {
  readonly thing: ThingSummary;
  readonly index: number;
  readonly by: GroupName;
}

/** What frames the rows on the screen, with room for those before and after. */
export interface FrameProps {
  readonly count: number;
  readonly columns: number;
  readonly before: number;
  readonly after: number;
  readonly children: ReactNode;
}

function CardGrid({ columns, before, after, children }: FrameProps) {
  const t = useMessages(messages);
  const style = {
    paddingTop: before,
    paddingBottom: after,
    gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
  };
  return (
    <ul className={classes.grid} style={style} aria-label={t.things}>
      {children}
    </ul>
  );
}

/** Beside each other, not a component per row: a Thing that gets another place keeps its element, its value and the focus. */
function itemsOf(row: ListRow, { table, by }: Omit<ThingListProps, 'groups'>): readonly ReactNode[] {
  if (row.kind === 'heading') return [<Heading key={`# ${row.label}`} {...row} table={table} by={by} />];
  const Item = table ? ThingRow : ThingCard;
  return row.things.map((thing, at) => (
    <Item key={`Thing ${thing.name}`} thing={thing} index={row.first + at} by={by} />
  ));
}

function Heading(props: Extract<ListRow, { readonly kind: 'heading' }> & Omit<ThingListProps, 'groups'>) {
  const { label, count, table, by } = props;
  const t = useMessages(messages);
  const { language } = useLanguage();
  const heading = (
    <h2 className={classes.heading}>
      <bdi data-td-text className={classes.clamp} title={label}>
        {label === undefined ? t.noGroup : by === 'type' ? typeLabel(label) : label}
      </bdi>
      <span className={classes.quiet}>{count.toLocaleString(language)}</span>
    </h2>
  );
  return table ? (
    <tr>
      <th colSpan={6} scope="rowgroup">
        {heading}
      </th>
    </tr>
  ) : (
    <li className={classes.wide}>{heading}</li>
  );
}

function rowOf(rows: readonly ListRow[], index: number): number {
  return rows.findIndex((row) => row.kind === 'things' && index < row.first + row.things.length);
}
