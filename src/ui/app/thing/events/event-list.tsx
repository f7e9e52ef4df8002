import { Button } from '@mantine/core';
import { memo, useState } from 'react';
import type { EventAffordance } from '../../../../contracts/td.ts';
import { ownMember } from '../../../../td/json-object.ts';
import { useLanguage, useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import type { LiveEvent } from '../../live/live.ts';
import { Guarded } from '../../notices/guarded.tsx';
import { ValueText } from '../../values/property-value.tsx';
import { messages } from '../messages.ts';
import { useClockTime } from '../use-clock-time.ts';
import classes from './event-list.module.css';

const shownAtFirst = 12;

interface EventListProps {
  readonly told: readonly LiveEvent[];
  readonly events: Readonly<Record<string, EventAffordance>>;
}

/** Events with their time and data; the first dozen, all of them on demand. */
export function EventList({ told, events }: EventListProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const [all, setAll] = useState(false);
  const shown = all ? told : told.slice(0, shownAtFirst);
  const hidden = told.length - shown.length;
  return (
    <>
      <ol className={classes.list}>
        {shown.map((each) => (
          <Told key={each.id} told={each} event={ownMember(events, each.name) ?? {}} />
        ))}
      </ol>
      {hidden > 0 ? (
        <Button variant="subtle" size="compact-md" onClick={() => setAll(true)}>
          {t.showAll(hidden.toLocaleString(language))}
        </Button>
      ) : null}
    </>
  );
}

const Told = memo(({ told, event }: { readonly told: LiveEvent; readonly event: EventAffordance }) => {
  const clockTime = useClockTime();
  const { title } = useTdText()(event, told.name);
  return (
    <li className={classes.event}>
      <div className={classes.head}>
        <strong className={classes.title} title={title} data-td-text dir="auto">
          {title}
        </strong>
        <time dateTime={new Date(told.at).toISOString()}>{clockTime(told.at)}</time>
      </div>
      {told.data === undefined ? null : (
        <div className={classes.data}>
          <Guarded what={title}>
            <ValueText schema={event.data ?? {}} value={told.data} />
          </Guarded>
        </div>
      )}
    </li>
  );
});
