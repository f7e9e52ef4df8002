import { Popover, Text, UnstyledButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useLoginEnded } from '../api/things.ts';
import { useMessages } from '../language/language.tsx';
import type { Connection } from '../live/live.ts';
import { useConnection } from '../live/use-live.ts';
import classes from './header.module.css';
import { messages } from './messages.ts';

/** Whether values are live; what is wrong where they are not. */
export function ConnectionState() {
  const t = useMessages(messages);
  const connection = useConnection();
  const { state } = connection;
  return (
    <Popover width={260} withArrow shadow="md">
      <Popover.Target>
        <UnstyledButton className={classes.state} data-state={state} aria-label={t.connection(t[state])}>
          <span className={classes.dot} />
          <Text component="span" size="sm" visibleFrom="sm" role="status">
            {t[state]}
          </Text>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">{t.connection(t[state])}</Text>
        {state === 'live' ? null : <Lost connection={connection} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function Lost({ connection: { retryAt } }: { readonly connection: Connection }) {
  const t = useMessages(messages);
  const now = useSeconds();
  const ended = useLoginEnded();
  return (
    <Text size="sm" c="dimmed">
      {ended ? t.loginEnded : t.lost}{' '}
      {retryAt === undefined ? '' : t.retryIn(Math.max(0, Math.ceil((retryAt - now) / 1000)))}
    </Text>
  );
}

/** The time, once a second. */
function useSeconds(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
