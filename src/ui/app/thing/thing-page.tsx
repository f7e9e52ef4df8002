import { Button, Stack, Text, Title } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { ApiError } from '../api/api-error.ts';
import { useTd } from '../api/things.ts';
import { useMessages } from '../language/language.tsx';
import { problemIn } from '../notices/problem-in.ts';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import { messages } from './messages.ts';
import { ThingSkeleton } from './thing-skeleton.tsx';
import { ThingView } from './thing-view.tsx';
import { useTdRefreshed } from './use-td-refreshed.ts';

/** The page of one Thing, made from its TD alone. */
export function ThingPage() {
  const { name } = useParams({ from: '/things/$name' });
  const { data: td, error, refetch } = useTd(name);
  const status = error instanceof ApiError ? error.status : 0;
  useTdRefreshed(name);
  if (error && status === 404) return <Gone name={name} />;
  if (error && !td) return <Failed error={error} name={name} retry={() => void refetch()} />;
  if (!td) return <ThingSkeleton name={name} />;
  return <ThingView key={name} td={td} name={name} />;
}

function Gone({ name }: { readonly name: string }) {
  const t = useMessages(messages);
  useTitle(t.gone(name));
  return (
    <Stack align="start">
      <Title order={1} lineClamp={3}>
        {t.gone(name)}
      </Title>
      <Text>{t.goneHelp}</Text>
      <Button component={Link} to="/things">
        {t.toThings}
      </Button>
    </Stack>
  );
}

interface FailedProps {
  readonly name: string;
  readonly error: Error;
  retry(): void;
}

function Failed({ name, error, retry }: FailedProps) {
  useTitle(name);
  return (
    <Stack>
      <Title order={1} lineClamp={3}>
        {name}
      </Title>
      <ProblemNotice problem={problemIn(error)} retry={retry} />
    </Stack>
  );
}
