import { Button, Group } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMessages } from '../language/language.tsx';
import { useFacetLabel } from './facet-label.ts';
import { facetNames } from './facets.ts';
import { messages } from './messages.ts';
import classes from './things.module.css';
import { toggled, unfiltered } from './things-view.ts';
import { useThingsView } from './use-things-view.ts';

/** What the list is narrowed by, each to be removed. */
export function ChosenChips() {
  const t = useMessages(messages);
  const labelOf = useFacetLabel();
  const [{ chosen }, change] = useThingsView();
  const all = facetNames.flatMap((facet) => chosen[facet].map((value) => ({ facet, value })));
  if (all.length === 0) return null;
  return (
    <Group gap={6} role="group" aria-label={t.chosenFilters}>
      {all.map(({ facet, value }) => (
        <Button
          key={`${facet} ${value}`}
          size="compact-sm"
          radius="xl"
          variant="light"
          className={classes.chip}
          title={value}
          aria-label={t.remove(`${t[facet]}: ${labelOf(facet, value)}`)}
          rightSection={<IconX size={14} aria-hidden />}
          onClick={() => change({ [facet]: toggled(chosen[facet], value) })}
        >
          <span>
            {t[facet]}: <bdi data-td-text>{labelOf(facet, value)}</bdi>
          </span>
        </Button>
      ))}
      <Button size="compact-sm" variant="subtle" onClick={() => change(unfiltered)}>
        {t.clearAll}
      </Button>
    </Group>
  );
}
