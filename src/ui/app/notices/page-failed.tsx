import { Button, Code, Stack, Text, Title } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useMessages } from '../language/language.tsx';
import { useTitle } from '../shell/use-title.ts';
import { messages } from './messages.ts';

/** What stands in the place of a page that threw; the shell around it works on. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  const t = useMessages(messages);
  useTitle(t.failed);
  return (
    <Stack align="start" role="alert">
      <Title order={1}>{t.failed}</Title>
      <Text>{t.failedHelp}</Text>
      <Code block>{error instanceof Error ? error.message : String(error)}</Code>
      <Button onClick={reset}>{t.retry}</Button>
    </Stack>
  );
}
