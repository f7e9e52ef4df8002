import { Skeleton, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useMessages } from '../language/language.tsx';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import classes from './editor.module.css';
import { messages } from './messages.ts';
import { SourcePicker } from './source-picker.tsx';
import { TdWorkspace } from './td-workspace.tsx';
import { sourceOf, useOpened } from './use-opened.ts';

/** Write, check and try Thing Descriptions: of a hosted Thing, from an address, an example, or a new one. */
export function EditorPage() {
  const t = useMessages(messages);
  const source = sourceOf(useSearch({ strict: false }));
  const { opened, problem, retry } = useOpened(source);
  useTitle(t.editor);
  return (
    <div className={classes.workspace}>
      <Title order={1}>{t.editor}</Title>
      <SourcePicker source={source} />
      {problem && <ProblemNotice problem={problem} retry={retry} />}
      {opened ? (
        <TdWorkspace key={opened.key} opened={opened} />
      ) : (
        !problem && <Skeleton height={360} radius="md" />
      )}
    </div>
  );
}
