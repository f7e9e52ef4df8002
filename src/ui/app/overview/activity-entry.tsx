import { Link } from '@tanstack/react-router';
import type { ThingSummary } from '../../page-data.ts';
import { useLanguage } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import type { LiveEvent } from '../live/live.ts';
import { useClockTime } from '../thing/use-clock-time.ts';
import { dataText } from './data-text.ts';
import classes from './overview.module.css';

interface ActivityEntryProps {
  readonly event: LiveEvent;
  readonly thing: ThingSummary | undefined;
}

/** An event of a Thing, as a link to where it is listed. */
export function ActivityEntry({ event, thing }: ActivityEntryProps) {
  const text = useTdText();
  const clock = useClockTime();
  const { language } = useLanguage();
  if (!thing) return null;
  const data = dataText(event.data, language);
  const summary = thing.events.find(({ name }) => name === event.name);
  return (
    <li className={classes.entry}>
      <time dateTime={new Date(event.at).toISOString()} className={classes.time}>
        {clock(event.at)}
      </time>
      <div className={classes.entryText}>
        <span className={classes.data}>
          <Link
            to="/things/$name"
            params={{ name: thing.name }}
            search={{ event: event.name }}
            className={classes.entryLink}
          >
            <bdi data-td-text>{text(summary ?? {}, event.name).title}</bdi>
          </Link>{' '}
          <bdi data-td-text className={classes.tileThing}>
            {text(thing, thing.name).title}
          </bdi>
        </span>
        {event.data === undefined ? null : (
          <bdi data-td-text className={classes.data} title={JSON.stringify(event.data).slice(0, 2000)}>
            {data}
          </bdi>
        )}
      </div>
    </li>
  );
}
