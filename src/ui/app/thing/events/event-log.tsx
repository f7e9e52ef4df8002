import { Button, Group, NativeSelect, Title } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { ThingDescription } from '../../../../contracts/td.ts';
import { ownMember } from '../../../../td/json-object.ts';
import { useLanguage, useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import type { LiveEvent, LiveThing } from '../../live/live.ts';
import { useEvents } from '../../live/use-live.ts';
import { Empty } from '../../notices/empty.tsx';
import { PinButton } from '../../overview/pin-button.tsx';
import { messages } from '../messages.ts';
import classes from '../thing.module.css';
import { useSearchText } from '../use-search-text.ts';
import { EventList } from './event-list.tsx';

interface EventLogProps {
  readonly events: ThingDescription['events'];
  readonly thing: LiveThing;
}

interface Events {
  readonly events: NonNullable<EventLogProps['events']>;
}

/** The events of a Thing as they come, newest first; `?event=` shows those of one name. */
export function EventLog({ events = {}, thing }: EventLogProps) {
  return Object.keys(events).length === 0 ? null : <Log events={events} thing={thing} />;
}

function Log({ events, thing }: Events & EventLogProps) {
  const t = useMessages(messages);
  const [chosen = '', choose] = useSearchText('event');
  const name = ownMember(events, chosen) === undefined ? undefined : chosen;
  const one = name ?? (Object.keys(events).length === 1 ? Object.keys(events)[0] : undefined);
  const told = useEvents(thing, name);
  const [held, hold] = useState<{ readonly name?: string; readonly told: readonly LiveEvent[] }>();
  const still = held?.name === name ? held?.told : undefined;
  return (
    <section className={classes.section} aria-label={t.events}>
      <Group justify="space-between" mb={8} gap="xs">
        <Title order={2} className={classes.heading} m={0}>
          {t.events}
        </Title>
        <Group gap="xs">
          <EventChoice events={events} chosen={name} choose={choose} />
          {one === undefined ? null : <PinButton thing={thing.name} kind="events" affordance={one} />}
          <Pause told={told} held={still} hold={(next) => hold(next && { name, told: next })} />
        </Group>
      </Group>
      <div className={classes.card}>
        {told.length === 0 ? <Empty text={t.noEvents} /> : <EventList told={still ?? told} events={events} />}
      </div>
    </section>
  );
}

interface EventChoiceProps extends Events {
  readonly chosen?: string;
  choose(name: string | undefined): void;
}

function EventChoice({ events, chosen = '', choose }: EventChoiceProps) {
  const t = useMessages(messages);
  const text = useTdText();
  const entries = Object.entries(events);
  if (entries.length < 2) return null;
  const options = entries.map(([value, event]) => ({ value, label: text(event, value).title.slice(0, 80) }));
  return (
    <NativeSelect
      aria-label={t.filterEvents}
      maw={200}
      size="sm"
      value={chosen}
      onChange={({ currentTarget: { value } }) => choose(value || undefined)}
      data={[{ value: '', label: t.allEvents }, ...options]}
    />
  );
}

interface PauseProps {
  readonly told: readonly LiveEvent[];
  readonly held?: readonly LiveEvent[];
  hold(told: readonly LiveEvent[] | undefined): void;
}

/** Holds the list still; events are kept meanwhile. */
function Pause({ told, held, hold }: PauseProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  if (told.length === 0) return null;
  const last = held?.[0]?.id;
  const missed = held ? told.findIndex(({ id }) => id === last) : 0;
  const count = (missed < 0 ? told.length : missed).toLocaleString(language);
  return (
    <Button
      variant="default"
      className={classes.button}
      leftSection={
        held ? <IconPlayerPlay size={16} aria-hidden /> : <IconPlayerPause size={16} aria-hidden />
      }
      onClick={() => hold(held ? undefined : told)}
    >
      {held ? (missed === 0 ? t.resume : t.resumeWith(count)) : t.pause}
    </Button>
  );
}
