import { Button, Group, Stack, TextInput, Title } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { ThingDescription } from '../../../contracts/td.ts';
import { TrendChart } from '../charts/trend-chart.tsx';
import { useLanguage, useMessages } from '../language/language.tsx';
import type { Trend } from '../live/live.ts';
import { Carried, schemaOf, VerdictText } from './answer.tsx';
import classes from './console.module.css';
import type { ExchangeLog, LogEntry } from './exchange-log.ts';
import { messages } from './messages.ts';

/** How many entries are drawn; all that are kept are filtered. */
const most = 200;

interface StreamProps {
  readonly td: ThingDescription;
  readonly log: ExchangeLog;
}

/** What a stream told, newest first: to hold, to filter, to look into, as a line where it is numbers. */
export function StreamLog({ td, log }: StreamProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const [held, setHeld] = useState<ExchangeLog>();
  const [wanted, setWanted] = useState('');
  const [selected, setSelected] = useState<LogEntry>();
  const { entries, count } = held ?? log;
  const found = useMemo(
    () => entries.filter((entry) => textOf(entry).includes(wanted.toLowerCase())),
    [entries, wanted],
  );
  const shown = found.slice(-most).reverse();
  const isOne = log.request.name !== undefined;
  const trend = useMemo(() => (isOne ? trendOf(entries) : undefined), [isOne, entries]);
  const { unit, minimum, maximum } = schemaOf(td, log.request);
  const numbers = [found.length.toLocaleString(language), count.toLocaleString(language)] as const;
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h6">
          {t.log} <span className={classes.quiet}>{t.logCount(...numbers)}</span>
        </Title>
        <Hold held={held !== undefined} toggle={() => setHeld(held ? undefined : log)} />
      </Group>
      {trend && (
        <TrendChart label={log.request.name ?? t.log} trend={trend} {...{ unit, minimum, maximum }} />
      )}
      <TextInput
        size="xs"
        aria-label={t.filterLog}
        placeholder={t.filterLog}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <ol className={classes.log}>
        {shown.length === 0 && <li>{t.waiting}</li>}
        {shown.map((entry) => (
          <Entry
            key={entry.number}
            isOne={isOne}
            entry={entry}
            selected={entry.number === selected?.number}
            select={setSelected}
          />
        ))}
      </ol>
      {selected && (
        <section aria-label={t.selected}>
          {selected.verdict && <VerdictText verdict={selected.verdict} />}
          <Carried schema={schemaOf(td, log.request, selected.name)} carried={selected} />
        </section>
      )}
    </Stack>
  );
}

function Hold({ held, toggle }: { readonly held: boolean; toggle(): void }) {
  const t = useMessages(messages);
  const Icon = held ? IconPlayerPlay : IconPlayerPause;
  return (
    <Button size="compact-sm" variant="default" leftSection={<Icon size={14} aria-hidden />} onClick={toggle}>
      {held ? t.resume : t.pause}
    </Button>
  );
}

const clockFormat = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 1,
  hourCycle: 'h23',
} as const;

interface EntryProps {
  readonly entry: LogEntry;
  readonly selected: boolean;
  /** Whether all entries are of one affordance. */
  readonly isOne: boolean;
  select(entry: LogEntry): void;
}

function Entry({ entry, selected, isOne, select }: EntryProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const { at, timestamp, name, what, verdict } = entry;
  const time = new Date(timestamp !== undefined && !Number.isNaN(Date.parse(timestamp)) ? timestamp : at);
  const clock = time.toLocaleTimeString(language, clockFormat);
  if (what !== 'change') {
    return (
      <li className={classes.told}>
        <IconAlertTriangle size={14} aria-hidden /> {clock} {t[what]} {entry.text}
      </li>
    );
  }
  return (
    <li>
      <button type="button" className={classes.entry} aria-pressed={selected} onClick={() => select(entry)}>
        <time dateTime={time.toISOString()}>{clock}</time>
        {!isOne && name !== undefined && <b className={classes.clip}>{name}</b>}
        <span className={classes.clip}>{shortText(entry)}</span>
        {verdict?.fits === false && <IconAlertTriangle size={14} role="img" aria-label={t.misfit} />}
      </button>
    </li>
  );
}

function shortText({ value, base64 = '', type = '' }: LogEntry): string {
  return (JSON.stringify(value) ?? `${type} ${base64}`).slice(0, 300);
}

function textOf(entry: LogEntry): string {
  return `${entry.name ?? ''} ${shortText(entry)} ${entry.text ?? ''}`.toLowerCase();
}

/** The numbers of a stream of one affordance; a gap where something was lost. */
function trendOf(entries: readonly LogEntry[]): Trend | undefined {
  const changes = entries.filter(({ what }) => what === 'change');
  if (changes.length < 2 || !changes.every(({ value }) => typeof value === 'number')) return undefined;
  const points = entries.filter(({ what }) => what === 'change' || what === 'gap');
  return {
    times: points.map(({ timestamp, at }) => Date.parse(timestamp ?? '') || at),
    values: points.map(({ value }) => (typeof value === 'number' ? value : Number.NaN)),
  };
}
