import { Button, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ActionAffordance } from '../../../../contracts/td.ts';
import { useLanguage, useMessages } from '../../language/language.tsx';
import type { ActionStatus, LiveThing } from '../../live/live.ts';
import { messages } from '../messages.ts';
import { InvocationItem } from './invocation-item.tsx';

const shownAtFirst = 3;

interface InvocationListProps {
  readonly thing: LiveThing;
  readonly title: string;
  readonly action: ActionAffordance;
  readonly invocations: readonly ActionStatus[];
}

/** The invocations of an asynchronous action, newest first. */
export function InvocationList({ invocations, ...item }: InvocationListProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const [all, setAll] = useState(false);
  if (invocations.length === 0) return null;
  const shown = all ? invocations : invocations.slice(0, shownAtFirst);
  const hidden = invocations.length - shown.length;
  return (
    <Stack gap={6} mt="sm">
      <Title order={4} size="h6">
        {t.invocations}
      </Title>
      {shown.map((invocation) => (
        <InvocationItem key={invocation.id ?? invocation.href} invocation={invocation} {...item} />
      ))}
      {hidden > 0 ? (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          <Text size="sm">{t.showAll(new Intl.NumberFormat(language).format(hidden))}</Text>
        </Button>
      ) : null}
    </Stack>
  );
}
