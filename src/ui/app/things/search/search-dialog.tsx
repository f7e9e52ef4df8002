import { CloseButton, Modal, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useDeferredValue, useId, useState } from 'react';
import { useThings } from '../../api/things.ts';
import { useMessages } from '../../language/language.tsx';
import { useFocusBack } from '../../shell/use-focus-back.ts';
import { messages } from './messages.ts';
import { ResultList } from './result-list.tsx';
import classes from './search.module.css';
import { useResults } from './use-results.ts';

const none = [] as const;

/** Finds Things, affordances and commands from anywhere. */
export function SearchDialog({ close }: { close(): void }) {
  const t = useMessages(messages);
  useFocusBack();
  return (
    <Modal.Root opened onClose={close} size="lg" yOffset="8vh" padding={0}>
      <Modal.Overlay />
      <Modal.Content aria-label={t.search} radius="md">
        <Search close={close} />
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ close }: { close(): void }) {
  const t = useMessages(messages);
  const listId = useId();
  const { data } = useThings();
  // As they were when the search was opened: the index is made once.
  const [kept, setKept] = useState(data?.things);
  if (kept === undefined && data) setKept(data.things);
  const [query, setQuery] = useState('');
  const groups = useResults(useDeferredValue(query), kept ?? none);
  const all = groups.flatMap(({ results }) => results);
  const [at, setAt] = useState(0);
  const active = Math.min(at, all.length - 1);
  const run = (index: number) => {
    close();
    all[index]?.run();
  };
  const press = (event: KeyboardEvent) => {
    const next = moved(event.key, active, all.length);
    if (event.nativeEvent.isComposing || next === undefined) return;
    event.preventDefault();
    if (event.key === 'Enter') run(active);
    else setAt(next);
  };
  return (
    <>
      <TextInput
        data-autofocus
        variant="unstyled"
        size="lg"
        className={classes.input}
        role="combobox"
        aria-label={t.search}
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={all.length > 0 ? `${listId}-${active}` : undefined}
        placeholder={t.hint}
        leftSection={<IconSearch size={20} aria-hidden />}
        rightSection={<CloseButton aria-label={t.close} onClick={close} />}
        value={query}
        onChange={({ currentTarget }) => {
          setQuery(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <ResultList id={listId} groups={groups} active={active} run={run} />
      <VisuallyHidden role="status">{t.found(all.length)}</VisuallyHidden>
      <Text size="sm" className={classes.tip}>
        {all.length === 0 ? t.nothing(query) : t.tip}
      </Text>
    </>
  );
}

/** Where a key leads among `count` results; undefined for keys that lead nowhere. */
function moved(key: string, at: number, count: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: 8,
    PageUp: -8,
    Enter: 0,
  };
  const step = steps[key];
  if (step === undefined || count === 0) return undefined;
  if (Math.abs(step) === 1) return (at + step + count) % count;
  return Math.min(Math.max(at + step, 0), count - 1);
}
