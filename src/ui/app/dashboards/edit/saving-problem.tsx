import { Button, Group, Text } from '@mantine/core';
import { useMessages } from '../../language/language.tsx';
import { problemIn } from '../../notices/problem-in.ts';
import { ProblemNotice } from '../../notices/problem-notice.tsx';
import { boardChanged } from '../boards.ts';
import classes from '../dashboards.module.css';
import { messages } from './messages.ts';

interface SavingProblemProps {
  readonly error: Error | null;
  /** Saves whatever somebody else saved meanwhile. */
  overwrite(): void;
}

/** Why a board was not saved. */
export function SavingProblem({ error, overwrite }: SavingProblemProps) {
  const t = useMessages(messages);
  if (!error) return null;
  const problem = problemIn(error);
  if (problem.code !== boardChanged) return <ProblemNotice problem={problem} />;
  return (
    <Group className={classes.unsaved} role="alert" gap="xs">
      <Text size="sm">{t.overtaken}</Text>
      <Button variant="default" size="compact-md" onClick={overwrite}>
        {t.overwrite}
      </Button>
    </Group>
  );
}
