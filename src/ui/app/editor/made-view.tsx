import { Group, Text } from '@mantine/core';
import { IconCopy, IconDownload } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import type { TdView, TdViewName } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { Guarded } from '../notices/guarded.tsx';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { CopyButton } from '../thing/copy-button.tsx';
import { CodeWait } from './code-wait.tsx';
import { documentOf } from './document-of.ts';
import classes from './editor.module.css';
import { Tool } from './editor-toolbar.tsx';
import { messages } from './messages.ts';
import { fileName, saveFile } from './save-file.ts';
import { useAnswer } from './use-answer.ts';
import { type EditorView, fileEndings } from './views.ts';

const CodeView = lazy(async () => ({ default: (await import('./code/code-view.tsx')).CodeView }));
const CodeDiff = lazy(async () => ({ default: (await import('./code/code-view.tsx')).CodeDiff }));

interface MadeViewProps {
  readonly view: Exclude<EditorView, 'source'>;
  readonly text: string;
  /** What was loaded. */
  readonly before: string;
}

/** What is made of the text, to read, copy and keep. */
export function MadeView({ view, text, before }: MadeViewProps) {
  const t = useMessages(messages);
  return (
    <Guarded what={t[view]}>
      {view === 'diff' ? <Changes before={before} after={text} /> : <FromServient view={view} text={text} />}
    </Guarded>
  );
}

function Changes({ before, after }: { readonly before: string; readonly after: string }) {
  const t = useMessages(messages);
  if (before === after) return <Text>{t.noChanges}</Text>;
  return (
    <div className={classes.code}>
      <Suspense fallback={<CodeWait />}>
        <CodeDiff before={before} after={after} label={t.before} />
      </Suspense>
    </div>
  );
}

function FromServient({ view, text }: { readonly view: TdViewName; readonly text: string }) {
  const t = useMessages(messages);
  const { answer, retry } = useAnswer<TdView>('app/api/td/view', text, { as: view });
  const made = answer?.value;
  if (answer?.problem) return <ProblemNotice problem={answer.problem} retry={retry} />;
  if (!made)
    return (
      <div className={classes.code}>
        <CodeWait />
      </div>
    );
  const save = () => saveFile(fileName(documentOf(text)?.['title'], fileEndings[view]), made.text);
  return (
    <>
      <Group gap={4} className={classes.made}>
        <CopyButton label={t.copy} icon={IconCopy} text={() => made.text} />
        <Tool label={t.download} icon={IconDownload} act={save} />
      </Group>
      <div className={classes.code}>
        <Suspense fallback={<CodeWait />}>
          <CodeView text={made.text} language={made.language} label={t.reading(t[view])} />
        </Suspense>
      </div>
    </>
  );
}
