import { Skeleton, Stack, Title } from '@mantine/core';
import type { ThingSummaries } from '../../page-data.ts';
import { useThings } from '../api/things.ts';
import { useMessages } from '../language/language.tsx';
import { Guarded } from '../notices/guarded.tsx';
import { useTitle } from '../shell/use-title.ts';
import { ListProblem } from '../things/list-problem.tsx';
import { HowToServe } from '../things/nothing.tsx';
import { ActivityFeed } from './activity-feed.tsx';
import { Counters } from './counters.tsx';
import { FirstSteps } from './first-steps.tsx';
import { messages } from './messages.ts';
import classes from './overview.module.css';
import { ServientFacts } from './servient-facts.tsx';
import { Tiles } from './tiles.tsx';

/** The site at a glance: how many Things, what the reader pinned, what happens. */
export function OverviewPage() {
  const t = useMessages(messages);
  const { data, error } = useThings();
  useTitle(t.overview);
  return (
    <Stack>
      <Title order={1}>{t.overview}</Title>
      <ListProblem />
      {data ? (
        <Overview {...data} />
      ) : error ? null : (
        <Skeleton height={320} role="status" aria-label={t.loading} />
      )}
    </Stack>
  );
}

function Overview({ servient, things }: ThingSummaries) {
  const t = useMessages(messages);
  return (
    <>
      <Guarded what={t.things}>{things.length === 0 ? <HowToServe /> : <Counters things={things} />}</Guarded>
      <div className={classes.columns}>
        <Stack>
          <FirstSteps />
          <Tiles things={things} />
        </Stack>
        <Stack className={classes.side} gap="lg">
          <Guarded what={t.activity}>
            <ActivityFeed things={things} />
          </Guarded>
          <Guarded what={t.servient}>
            <ServientFacts servient={servient} />
          </Guarded>
        </Stack>
      </div>
    </>
  );
}
