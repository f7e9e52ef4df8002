import { CloseButton, Group, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { IconLayoutGrid, IconListDetails, IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { useShortcut } from '../shell/use-shortcut.ts';
import { FacetDrawer, FacetMenus } from './facet-filters.tsx';
import { messages } from './messages.ts';
import classes from './things.module.css';
import { groupNames, sortNames } from './things-view.ts';
import { useThingsView } from './use-things-view.ts';

interface ListToolbarProps {
  readonly things: readonly ThingSummary[];
  readonly found: number;
  readonly phone: boolean;
}

/** The filter and the facets. */
export function ListToolbar({ things, found, phone }: ListToolbarProps) {
  return (
    <Group gap="xs">
      <FilterInput phone={phone} />
      {phone ? <FacetDrawer things={things} found={found} /> : <FacetMenus things={things} />}
    </Group>
  );
}

function FilterInput({ phone }: { readonly phone: boolean }) {
  const t = useMessages(messages);
  const [{ q }, change] = useThingsView();
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  useShortcut('/', () => input.current?.focus());
  useEffect(() => setText(q), [q]);
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
        text === '' ? null : <CloseButton size="sm" aria-label={t.clearAll} onClick={() => type('')} />
      }
      value={text}
      onChange={({ currentTarget }) => type(currentTarget.value)}
    />
  );
}

/** How the list is grouped, sorted and shown. */
export function Arrange() {
  const t = useMessages(messages);
  const [{ as, sort, descending, group }, change] = useThingsView();
  return (
    <Group gap="xs" wrap="nowrap">
      <NativeSelect
        aria-label={t.groupBy}
        value={group ?? 'location'}
        onChange={({ currentTarget }) => change({ group: currentTarget.value })}
        data={groupNames.map((value) => ({ value, label: `${t.groupBy}: ${t[value]}` }))}
      />
      <NativeSelect
        aria-label={t.sortBy}
        value={sort}
        onChange={({ currentTarget }) => change({ sort: `${descending ? '-' : ''}${currentTarget.value}` })}
        data={sortNames.map((value) => ({ value, label: `${t.sortBy}: ${t[value]}` }))}
      />
      <SegmentedControl
        aria-label={t.display}
        value={as}
        onChange={(value) => change({ as: value === 'table' ? value : undefined })}
        data={[
          { value: 'cards', label: <IconLayoutGrid size={18} role="img" aria-label={t.cards} /> },
          { value: 'table', label: <IconListDetails size={18} role="img" aria-label={t.table} /> },
        ]}
      />
    </Group>
  );
}
