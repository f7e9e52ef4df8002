import { Button, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMessages } from '../language/language.tsx';
import { useTitle } from '../shell/use-title.ts';
import { messages } from './messages.ts';

/** What stands where an address leads nowhere. */
export function NotFound() {
  const t = useMessages(messages);
  useTitle(t.notFound);
  return (
    <Stack align="start">
      <Title order={1}>{t.notFound}</Title>
      <Text>{t.notFoundHelp}</Text>
      <Button component={Link} to="/">
        {t.overview}
      </Button>
    </Stack>
  );
}
