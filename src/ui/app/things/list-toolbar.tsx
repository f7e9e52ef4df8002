import { CloseButton, Group, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { IconLayoutGrid, IconListDetails, IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { useShortcut } from '../shell/use-shortcut.ts';
import { FacetDrawer, FacetMenus } from './facet-filters.tsx';
import { messages } from './messages.ts';
import classes from './things.module.css';
import { type GroupName, groupNames, sortNames } from './things-view.ts';
import { useThingsView } from './use-things-view.ts';

interface ByProps {
  /** What the list is grouped by. */
  readonly by: GroupName;
}

interface ListToolbarProps extends ByProps {
  readonly things: readonly ThingSummary[];
  readonly found: number;
  readonly phone: boolean;
}

/** The filter and the facets. */
export function ListToolbar({ things, found, phone, by }: ListToolbarProps) {
  return (
    <Group gap="xs">
      <FilterInput phone={phone} />
      {phone ? (
        <FacetDrawer things={things} found={found}>
          <Order by={by} />
        </FacetDrawer>
      ) : (
        <FacetMenus things={things} />
      )}
    </Group>
  );
}

function FilterInput({ phone }: { readonly phone: boolean }) {
  const t = useMessages(messages);
  const [{ q }, change] = useThingsView();
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  useShortcut('/', () => input.current?.focus());
  // While somebody types, the address comes after.
  useEffect(() => {
    if (document.activeElement !== input.current) setText(q);
  }, [q]);
  const type = (next: string) => {
    setText(next);
    change({ q: next === '' ? undefined : next });
  };
  return (
    <TextInput
      ref={input}
      type="search"
      size={phone ? 'md' : 'sm'}
      className={classes.filter}
      aria-label={t.filter}
      placeholder={t.filterHint}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text === '' ? null : <CloseButton size="sm" aria-label={t.clearWords} onClick={() => type('')} />
      }
      value={text}
      onChange={({ currentTarget }) => type(currentTarget.value)}
    />
  );
}

/** How the list is grouped, sorted and shown. */
export function Arrange({ by }: ByProps) {
  const t = useMessages(messages);
  const [{ as }, change] = useThingsView();
  return (
    <Group gap="xs" wrap="nowrap">
      <Order by={by} />
      <SegmentedControl
        aria-label={t.display}
        value={as}
        onChange={(value) => change({ as: value === 'table' ? value : undefined })}
        data={[
          {
            value: 'cards',
            label: <IconLayoutGrid size={18} role="img" aria-label={t.cards} display="block" />,
          },
          {
            value: 'table',
            label: <IconListDetails size={18} role="img" aria-label={t.table} display="block" />,
          },
        ]}
      />
    </Group>
  );
}

/** How the list is grouped and sorted. */
function Order({ by }: ByProps) {
  const t = useMessages(messages);
  const [{ sort, descending }, change] = useThingsView();
  return (
    <>
      <NativeSelect
        aria-label={t.groupBy}
        value={by}
        onChange={({ currentTarget }) => change({ group: currentTarget.value })}
        data={groupNames.map((value) => ({ value, label: `${t.groupBy}: ${t[value]}` }))}
      />
      <NativeSelect
        aria-label={t.sortBy}
        value={sort}
        onChange={({ currentTarget }) => change({ sort: `${descending ? '-' : ''}${currentTarget.value}` })}
        data={sortNames.map((value) => ({ value, label: `${t.sortBy}: ${t[value]}` }))}
      />
    </>
  );
}
