import { Text, TextInput, Title } from '@mantine/core';
import { memo, useMemo, useRef, useState } from 'react';
import type { JsonObject } from '../../../td/json-object.ts';
import type { ExchangeRequest } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { Guarded } from '../notices/guarded.tsx';
import { documentOf } from './document-of.ts';
import classes from './editor.module.css';
import { messages } from './messages.ts';
import type { Opened } from './td-workspace.tsx';
import { tryAffordances } from './try-affordances.ts';
import { TryItem } from './try-item.tsx';

/** Beyond these the filter helps. */
const filteredFrom = 8;
const most = 50;

interface TryPanelProps {
  readonly text: string;
  readonly opened: Opened;
  readonly isChanged: boolean;
}

/** Reads, writes and invokes what the text describes as it stands. */
export const TryPanel = memo(function TryPanel({ text, opened, isChanged }: TryPanelProps) {
  const t = useMessages(messages);
  const [filter, setFilter] = useState('');
  const td = useReadable(text);
  const all = useMemo(() => tryAffordances(td), [td]);
  const matching = all.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
  const target = targetOf(td, opened, isChanged);
  return (
    <section className={classes.try} aria-label={t.tryIt}>
      <Title order={2} size="h5">
        {t.tryIt}
      </Title>
      <Text size="sm">{all.length === 0 ? t.tryNothing : t.tryHelp}</Text>
      {all.length > filteredFrom && (
        <TextInput
          aria-label={t.filter}
          placeholder={t.filter}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      )}
      <ul>
        {matching.slice(0, most).map((each) => (
          <li key={`${each.kind} ${each.name}`} className={classes.tried}>
            <Guarded what={each.name}>
              <TryItem tryable={each} target={target} />
            </Guarded>
          </li>
        ))}
      </ul>
      {matching.length > most && <Text size="sm">{t.hidden(matching.length - most)}</Text>}
    </section>
  );
});

/** The document as it could last be read: what is half typed takes nothing away. */
function useReadable(text: string): JsonObject {
  const last = useRef<JsonObject>({});
  return useMemo(() => {
    last.current = documentOf(text) ?? last.current;
    return last.current;
  }, [text]);
}

/** Who is meant: the hosted Thing itself while its TD is as served, else what the text describes. */
function targetOf(
  td: object,
  { thing, address }: Opened,
  isChanged: boolean,
): Pick<ExchangeRequest, 'thing' | 'td'> {
  if (thing !== undefined && !isChanged) return { thing };
  return { td: address === undefined ? td : { base: address, ...td } };
}
