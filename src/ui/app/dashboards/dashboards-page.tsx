import { Group, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useMessages } from '../language/language.tsx';
import { Empty } from '../notices/empty.tsx';
import { problemIn } from '../notices/problem-in.ts';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { BoardCard } from './board-card.tsx';
import { useBoards } from './boards.ts';
import classes from './dashboards.module.css';
import { messages } from './messages.ts';
import { NewBoard } from './new-board.tsx';

/** All boards, and the ways to get more of them. */
export function DashboardsPage() {
  const t = useMessages(messages);
  const { data, error, refetch } = useBoards();
  useTitle(t.dashboards);
  return (
    <Stack>
      <Group justify="space-between" align="start">
        <div className={classes.words}>
          <Title order={1}>{t.dashboards}</Title>
          <Text>{t.dashboardsHelp}</Text>
        </div>
        {data ? <NewBoard taken={data.map(({ slug }) => slug)} /> : null}
      </Group>
      {error && !data ? <ProblemNotice problem={problemIn(error)} retry={() => void refetch()} /> : null}
      {data?.length === 0 ? <Empty text={t.none} /> : null}
      <ul className={classes.cards}>
        {data?.map((board) => (
          <BoardCard key={board.slug} board={board} />
        ))}
      </ul>
      {data || error ? null : (
        <>
          <VisuallyHidden role="status">{t.loading}</VisuallyHidden>
          <Skeleton height={120} maw={360} radius="md" />
        </>
      )}
    </Stack>
  );
}
