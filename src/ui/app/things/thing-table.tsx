import { UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import type { FrameProps } from './thing-list.tsx';
import classes from './things.module.css';
import type { SortName } from './things-view.ts';
import { useThingsView } from './use-things-view.ts';

/** The table of Things; its heads sort. */
export function ThingTable({ count, before, after, children }: FrameProps) {
  const t = useMessages(messages);
  return (
    <table className={classes.table} aria-label={t.things} aria-rowcount={count + 1}>
      <thead>
        <tr aria-rowindex={1}>
          <SortHead sort="title" />
          <SortHead sort="type" />
          <SortHead sort="location" />
          <th scope="col">{t.value}</th>
          <SortHead sort="status" />
          <th scope="col">{t.protocols}</th>
        </tr>
      </thead>
      <tbody>
        <Room height={before} />
        {children}
        <Room height={after} />
      </tbody>
    </table>
  );
}

function SortHead({ sort }: { readonly sort: SortName }) {
  const t = useMessages(messages);
  const [view, change] = useThingsView();
  const by = view.sort === sort;
  const Icon = view.descending ? IconChevronDown : IconChevronUp;
  return (
    <th scope="col" aria-sort={by ? (view.descending ? 'descending' : 'ascending') : undefined}>
      <UnstyledButton
        className={classes.sort}
        onClick={() => change({ sort: by && !view.descending ? `-${sort}` : sort })}
      >
        {t[sort]}
        {by ? <Icon size={14} aria-hidden /> : null}
      </UnstyledButton>
    </th>
  );
}

/** As high as the rows that are not drawn. */
function Room({ height }: { readonly height: number }) {
  return height === 0 ? null : <tr aria-hidden className={classes.room} style={{ height }} />;
}
