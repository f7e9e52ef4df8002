import { useDebouncedValue } from '@mantine/hooks';
import { lazy, Suspense, useMemo, useRef } from 'react';
import type { TdReport } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { Guarded } from '../notices/guarded.tsx';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { edited } from './code/change-between.ts';
import type { CodeHandle } from './code/code-editor.tsx';
import { CodeWait } from './code-wait.tsx';
import classes from './editor.module.css';
import { FindingsList } from './findings-list.tsx';
import { messages } from './messages.ts';
import type { Opened } from './td-workspace.tsx';
import { TryPanel } from './try-panel.tsx';
import { useAnswer } from './use-answer.ts';
import type { Draft } from './use-draft.ts';
import { Verdicts } from './verdicts.tsx';

const CodeEditor = lazy(async () => ({ default: (await import('./code/code-editor.tsx')).CodeEditor }));

/** Milliseconds without a key before the text is checked. */
const rest = 300;
/** And before what can be tried is made anew, which in a large TD takes longer than a key. */
const tryRest = 200;

/** The text to write, what is found in it, and its affordances to try. */
export function SourceView({ opened, draft }: { readonly opened: Opened; readonly draft: Draft }) {
  const t = useMessages(messages);
  const { text, isChanged, set } = draft;
  const { answer, retry } = useAnswer<TdReport>('app/api/td/validate', text, { rest });
  const handle = useRef<CodeHandle>(null);
  const marked = useMemo(() => answer && { text: answer.text, list: answer.value?.findings ?? [] }, [answer]);
  const isFresh = answer?.text === text;
  const [rested] = useDebouncedValue(text, tryRest);
  return (
    <div className={classes.columns}>
      <div className={classes.written}>
        <div className={classes.code}>
          <Guarded what={t.source}>
            <Suspense fallback={<CodeWait />}>
              <CodeEditor value={text} change={set} label={t.code} findings={marked} handle={handle} />
            </Suspense>
          </Guarded>
        </div>
        <Verdicts report={answer?.value} isFresh={isFresh} isRefused={answer?.problem !== undefined} />
        {answer?.problem && <ProblemNotice problem={answer.problem} retry={retry} />}
        <FindingsList
          findings={marked?.list ?? []}
          isFresh={isFresh}
          jump={({ from, to }) => handle.current?.select(from, to)}
          mend={({ edit }) => set(edited(text, edit))}
        />
      </div>
      <Guarded what={t.tryIt}>
        <TryPanel text={rested} opened={opened} isChanged={isChanged} />
      </Guarded>
    </div>
  );
}
