import { Anchor, Skeleton, Stack, Title, VisuallyHidden } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { ApiError } from '../api/api-error.ts';
import { useThings } from '../api/things.ts';
import { useMessages } from '../language/language.tsx';
import { problemIn } from '../notices/problem-in.ts';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { BoardView } from './board-view.tsx';
import { useBoard } from './boards.ts';
import classes from './dashboards.module.css';
import { messages } from './messages.ts';

/** One board; `?at=` is the place that it is looked at for, `?edit=` changes it, `?kiosk=` shows nothing else. */
export function DashboardPage() {
  const { slug } = useParams({ from: '/app/dashboards/$slug' });
  const board = useBoard(slug);
  const things = useThings();
  // What was read before may be deleted since.
  const gone = board.error instanceof ApiError && board.error.status === 404;
  if (board.data && things.data && !gone)
    return <BoardView key={slug} slug={slug} saved={board.data} things={things.data.things} />;
  const error = board.error ?? things.error;
  const retry = () => void Promise.all([board.refetch(), things.refetch()]);
  return (
    <Stack>
      <Title order={1} lineClamp={2}>
        {slug}
      </Title>
      {error ? <Failed error={error} retry={retry} /> : <Loading />}
    </Stack>
  );
}

interface FailedProps {
  readonly error: Error;
  retry(): void;
}

function Failed({ error, retry }: FailedProps) {
  const t = useMessages(messages);
  return (
    <>
      <ProblemNotice problem={problemIn(error)} retry={retry} />
      <Anchor component={Link} to="/app/dashboards">
        {t.allBoards}
      </Anchor>
    </>
  );
}

function Loading() {
  const t = useMessages(messages);
  return (
    <>
      <VisuallyHidden role="status">{t.loading}</VisuallyHidden>
      <div className={classes.grid} aria-hidden>
        {Array.from({ length: 8 }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
          <Skeleton key={at} height={160} radius="md" />
        ))}
      </div>
    </>
  );
}
