import { Table } from '@mantine/core';
import { useState } from 'react';
import { useLanguage, useMessages } from '../language/language.tsx';
import type { Trend } from '../live/live.ts';
import { numberText } from '../values/number-text.ts';
import classes from './charts.module.css';
import { messages } from './messages.ts';
import { timeFormat } from './time-format.ts';

const shown = 20;

interface TrendTableProps {
  readonly label: string;
  readonly trend: Trend;
  readonly unit?: string;
}

/** The last points of a trend, newest first, for who does not see the line; made when it is opened. */
export function TrendTable(props: TrendTableProps) {
  const t = useMessages(messages);
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.table} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t.asTable}</summary>
      {open ? <Points {...props} /> : null}
    </details>
  );
}

function Points({ label, trend: { times, values }, unit }: TrendTableProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const time = timeFormat(language);
  const first = Math.max(0, times.length - shown);
  const rows = times.slice(first).map((at, index) => ({ at, value: values[first + index] ?? Number.NaN }));
  return (
    <Table aria-label={t.lastPoints(label)} fz="sm" verticalSpacing={2}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.time}</Table.Th>
          <Table.Th scope="col" ta="end">
            {unit === undefined ? t.value : `${t.value} (${unit})`}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.reverse().map(({ at, value }) => (
          <Table.Tr key={at}>
            <Table.Td>{time.format(at)}</Table.Td>
            <Table.Td ta="end">{Number.isNaN(value) ? t.gap : numberText(value, {}, language)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
