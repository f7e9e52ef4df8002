import { Text } from '@mantine/core';
import { useRef } from 'react';
import type { EventAffordance } from '../../../../contracts/td.ts';
import { useMessages } from '../../language/language.tsx';
import type { LiveThing } from '../../live/live.ts';
import { useEvents } from '../../live/use-live.ts';
import { EventList } from '../../thing/events/event-list.tsx';
import { messages } from '../messages.ts';

const most = 5;

interface EventTileProps {
  readonly thing: LiveThing;
  readonly name: string;
  readonly event: EventAffordance;
  readonly active: boolean;
}

/** The last events of one name. */
export function EventTile({ thing, name, event, active }: EventTileProps) {
  const t = useMessages(messages);
  const told = useEvents(thing, name, active);
  // Off the screen it keeps its height.
  const shown = useRef(told);
  if (active) shown.current = told;
  if (shown.current.length === 0) return <Text size="sm">{t.noEvent}</Text>;
  return <EventList told={shown.current.slice(0, most)} events={{ [name]: event }} />;
}
