import { Button, Group, Text, TextInput, Title } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import type { LiveEvent } from '../live/live.ts';
import { useFeed } from '../live/use-live.ts';
import { useSearchText } from '../thing/use-search-text.ts';
import { matchingEvents, mostWatched, watchedThings } from './activity.ts';
import { ActivityEntry } from './activity-entry.tsx';
import { messages } from './messages.ts';

/** More than anyone reads down here. */
const mostShown = 30;

interface ActivityFeedProps {
  readonly things: readonly ThingSummary[];
}

/** What happens: the events of all Things, newest first. */
export function ActivityFeed({ things }: ActivityFeedProps) {
  const t = useMessages(messages);
  const watched = useMemo(() => watchedThings(things), [things]);
  const byId = useMemo(() => new Map(watched.map((thing) => [thing.id, thing])), [watched]);
  const { events, fresh, paused, pause } = usePaused(useFeed(watched));
  const { filter, shown } = useFiltered(events, byId);
  const many = things.filter((thing) => thing.events.length > 0).length > mostWatched;
  return (
    <section aria-labelledby="activity">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="activity">
          {t.activity}
        </Title>
        <Pause paused={paused} fresh={fresh} pause={pause} />
      </Group>
      {events.length > 0 ? <Filter /> : null}
      {shown.length === 0 ? (
        <Text size="sm">{watched.length === 0 ? t.noEvents : filter === '' ? t.quiet : t.noneMatches}</Text>
      ) : (
        <ol>
          {shown.slice(0, mostShown).map((event) => (
            <ActivityEntry key={event.id} event={event} thing={byId.get(event.thing)} />
          ))}
        </ol>
      )}
      {many ? <Text size="sm">{t.activityHelp(mostWatched)}</Text> : null}
    </section>
  );
}

/** Holds the events as they are while the reader reads; `fresh` counts those that came since. */
function usePaused(events: readonly LiveEvent[]) {
  const [held, setHeld] = useState<readonly LiveEvent[]>();
  const newest = held?.[0]?.id;
  const since = newest === undefined ? events.length : events.findIndex(({ id }) => id === newest);
  return {
    events: held ?? events,
    paused: held !== undefined,
    fresh: held === undefined ? 0 : since < 0 ? events.length : since,
    pause: () => setHeld(held === undefined ? events : undefined),
  };
}

function useFiltered(events: readonly LiveEvent[], byId: ReadonlyMap<string, ThingSummary>) {
  const text = useTdText();
  const [filter = ''] = useSearchText('events');
  const shown = matchingEvents(events, filter, ({ thing: id }) => {
    const thing = byId.get(id);
    return thing ? text(thing, thing.name).title : '';
  });
  return { filter, shown };
}

function Filter() {
  const t = useMessages(messages);
  const [filter = '', change] = useSearchText('events');
  const [text, setText] = useState(filter);
  const type = (next: string) => {
    setText(next);
    change(next || undefined);
  };
  return (
    <TextInput
      mb="xs"
      size="sm"
      type="search"
      aria-label={t.filterActivity}
      placeholder={t.filterActivity}
      value={text}
      onChange={({ currentTarget }) => type(currentTarget.value)}
    />
  );
}

interface PauseProps {
  readonly paused: boolean;
  readonly fresh: number;
  pause(): void;
}

function Pause({ paused, fresh, pause }: PauseProps) {
  const t = useMessages(messages);
  const Icon = paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <Group gap="xs">
      {paused ? <Text size="sm">{t.paused(fresh)}</Text> : null}
      <Button size="compact-md" variant="subtle" leftSection={<Icon size={16} aria-hidden />} onClick={pause}>
        {paused ? t.resume : t.pause}
      </Button>
    </Group>
  );
}
