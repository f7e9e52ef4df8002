import { Text } from '@mantine/core';
import type { EventAffordance } from '../../../contracts/td.ts';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { useEvents } from '../live/use-live.ts';
import { useClockTime } from '../thing/use-clock-time.ts';
import { ValueText } from '../values/property-value.tsx';
import { messages } from './messages.ts';

interface EventTileProps {
  readonly thing: ThingSummary;
  readonly name: string;
  readonly event: EventAffordance;
}

/** The last event of a name. */
export function EventTile({ thing, name, event }: EventTileProps) {
  const t = useMessages(messages);
  const clock = useClockTime();
  const [last] = useEvents(thing, name);
  if (!last) return <Text size="sm">{t.noEvent}</Text>;
  return (
    <div>
      <Text size="sm">{clock(last.at)}</Text>
      {last.data === undefined ? null : <ValueText schema={event.data ?? {}} value={last.data} short />}
    </div>
  );
}
