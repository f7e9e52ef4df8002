import { Text, VisuallyHidden } from '@mantine/core';
import type { DataSchema } from '../../../../contracts/td.ts';
import { useMessages } from '../../language/language.tsx';
import type { InvokeAnswer } from '../../live/thing-requests.ts';
import { problemIn } from '../../notices/problem-in.ts';
import { ProblemNotice } from '../../notices/problem-notice.tsx';
import { ValueText } from '../../values/property-value.tsx';
import { messages } from '../messages.ts';
import { useMilliseconds } from '../use-milliseconds.ts';
import classes from './actions.module.css';

interface ActionAnswerProps {
  readonly schema?: DataSchema;
  readonly answered?: { readonly answer: InvokeAnswer; readonly ms: number };
  readonly error: Error | null;
}

/** What an action answered when it was invoked here last. */
export function ActionAnswer({ schema = {}, answered, error }: ActionAnswerProps) {
  return (
    <div role="status">
      {error ? (
        <div className={classes.answer}>
          <ProblemNotice problem={problemIn(error)} />
        </div>
      ) : null}
      {answered && !error ? <Answered schema={schema} {...answered} /> : null}
    </div>
  );
}

interface AnsweredProps {
  readonly schema: DataSchema;
  readonly answer: InvokeAnswer;
  readonly ms: number;
}

function Answered({ schema, answer, ms }: AnsweredProps) {
  const t = useMessages(messages);
  const milliseconds = useMilliseconds();
  // How it goes on stands in the list of invocations.
  if ('invocation' in answer) return <VisuallyHidden>{t.started}</VisuallyHidden>;
  return (
    <div className={classes.answer}>
      <Text size="sm" fw={600} mb={4}>
        {t.doneIn(milliseconds(ms))}
      </Text>
      {answer.output === undefined ? null : <ValueText schema={schema} value={answer.output} />}
    </div>
  );
}
