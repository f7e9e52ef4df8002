import { Group, Stack, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useMemo } from 'react';
import type { ThingSummary } from '../../page-data.ts';
import { useThings } from '../api/things.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { useTitle } from '../shell/use-title.ts';
import { grouped, sorted } from './arrangement.ts';
import { ChosenChips } from './chosen-chips.tsx';
import { matching } from './facets.ts';
import { ListProblem } from './list-problem.tsx';
import { ListSkeleton } from './list-skeleton.tsx';
import { Arrange, ListToolbar } from './list-toolbar.tsx';
import { messages } from './messages.ts';
import { HowToServe, NoMatch } from './nothing.tsx';
import { ThingList } from './thing-list.tsx';
import type { GroupName, ThingsView } from './things-view.ts';
import { useThingsView } from './use-things-view.ts';

/** Every Thing, to be searched, narrowed, arranged and opened. */
export function ThingsPage() {
  const t = useMessages(messages);
  const { data, error } = useThings();
  useTitle(t.things);
  if (data && data.things.length > 0) return <Things things={data.things} />;
  return (
    <Stack>
      <Title order={1}>{t.things}</Title>
      <ListProblem />
      {data ? <HowToServe /> : error ? null : <ListSkeleton />}
    </Stack>
  );
}

function Things({ things }: { readonly things: readonly ThingSummary[] }) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const [view] = useThingsView();
  const phone = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const found = useMemo(() => matching(things, view), [things, view]);
  const by = view.group ?? (things.some(({ location }) => location !== undefined) ? 'location' : 'none');
  const groups = useGroups(found, view, by);
  const count = t.count(found.length.toLocaleString(language), things.length.toLocaleString(language));
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Group align="baseline" gap="xs">
          <Title order={1}>{t.things}</Title>
          <Text size="lg" role="status">
            {count}
          </Text>
        </Group>
        {phone ? null : <Arrange by={by} />}
      </Group>
      <ListProblem />
      <ListToolbar things={things} found={found.length} phone={phone} by={by} />
      <ChosenChips />
      {found.length === 0 ? (
        <NoMatch />
      ) : (
        <ThingList
          // The heights of cards and rows differ.
          key={view.as}
          groups={groups}
          table={view.as === 'table' && !phone}
          by={by}
        />
      )}
    </Stack>
  );
}

function useGroups(found: readonly ThingSummary[], { sort, descending }: ThingsView, by: GroupName) {
  const text = useTdText();
  const { language } = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the texts change with the language alone
  return useMemo(
    () =>
      grouped(
        sorted(found, { sort, descending }, (thing) => text(thing, thing.name).title),
        by,
      ),
    [found, sort, descending, by, language],
  );
}
