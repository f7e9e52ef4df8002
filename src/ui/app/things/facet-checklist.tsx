import { Checkbox, ScrollArea, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { useFacetLabel } from './facet-label.ts';
import { type FacetName, facetCounts } from './facets.ts';
import { messages } from './messages.ts';
import { fold } from './search-words.ts';
import classes from './things.module.css';
import { toggled } from './things-view.ts';
import { useThingsView } from './use-things-view.ts';

/** From here on a list of values has a search of its own. */
const many = 12;
/** More values than anyone reads through; the search finds the others. */
const most = 200;

/** The values of a facet to choose from, each with how many Things it would leave. */
export function FacetChecklist({
  things,
  facet,
}: {
  readonly things: readonly ThingSummary[];
  readonly facet: FacetName;
}) {
  const t = useMessages(messages);
  const labelOf = useFacetLabel();
  const [view, change] = useThingsView();
  const [wanted, setWanted] = useState('');
  const all = facetCounts(things, view, facet);
  const values = all.filter(({ value }) => fold(labelOf(facet, value)).includes(fold(wanted)));
  if (all.length === 0) return <Text size="sm">{t.noValues}</Text>;
  return (
    <Stack gap={4}>
      {all.length < many ? null : (
        <TextInput
          size="sm"
          aria-label={t.find(t[facet])}
          placeholder={t.search}
          value={wanted}
          onChange={({ currentTarget }) => setWanted(currentTarget.value)}
        />
      )}
      <ScrollArea.Autosize mah={320} type="auto" offsetScrollbars="present">
        {values.slice(0, most).map(({ value, count }) => (
          <Checkbox
            key={value}
            className={classes.choice}
            checked={view.chosen[facet].includes(value)}
            onChange={() => change({ [facet]: toggled(view.chosen[facet], value) })}
            label={<FacetValueLabel label={labelOf(facet, value)} value={value} count={count} />}
          />
        ))}
      </ScrollArea.Autosize>
    </Stack>
  );
}

interface FacetValueLabelProps {
  readonly label: string;
  readonly value: string;
  readonly count: number;
}

function FacetValueLabel({ label, value, count }: FacetValueLabelProps) {
  return (
    <span className={classes.choiceLabel} title={value}>
      <bdi className={classes.clamp} data-td-text>
        {label}
      </bdi>
      <span className={classes.quiet}>{count.toLocaleString()}</span>
    </span>
  );
}
