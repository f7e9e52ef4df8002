import { Button, Code, Group, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import type { Problem } from '../../../contracts/errors.ts';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import classes from './notices.module.css';
import { useCopy } from './use-copy.ts';

const mostFaults = 10;

interface ProblemNoticeProps {
  readonly problem: Problem;
  readonly retry?: () => void;
}

/** An error: what, where, what to do; faults by field; details to copy; `retry` where trying again makes sense. */
export function ProblemNotice({ problem, retry }: ProblemNoticeProps) {
  const t = useMessages(messages);
  const detail = t.detail(problem);
  const faults = (problem.errors ?? []).slice(0, mostFaults);
  return (
    <div className={classes.problem} role="alert">
      <IconAlertCircle size={20} aria-hidden className={classes.icon} />
      <div className={classes.text}>
        <Text fw={600}>{t.title(problem)}</Text>
        {detail ? (
          <Text size="sm" lineClamp={6} dir="auto" data-td-text title={detail}>
            {detail}
          </Text>
        ) : null}
        {faults.length === 0 ? null : (
          <ul className={classes.faults}>
            {faults.map(({ pointer, detail }) => (
              <li key={`${pointer} ${detail}`}>
                <Code>{pointer === '' ? t.wholeValue : pointer}</Code> {detail}
              </li>
            ))}
          </ul>
        )}
        <Group gap="xs" mt={6}>
          {retry ? (
            <Button size="xs" variant="default" onClick={retry}>
              {t.retry}
            </Button>
          ) : null}
          <CopyDetails problem={problem} />
          <Code className={classes.code}>{problem.code}</Code>
        </Group>
      </div>
    </div>
  );
}

function CopyDetails({ problem }: Pick<ProblemNoticeProps, 'problem'>) {
  const t = useMessages(messages);
  const { copied, copy } = useCopy();
  return (
    <Button size="xs" variant="subtle" color="gray" onClick={() => copy(JSON.stringify(problem, null, 2))}>
      {copied ? t.copied : t.copy}
    </Button>
  );
}
