import { Button, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ActionAffordance } from '../../../../contracts/td.ts';
import { useLanguage, useMessages } from '../../language/language.tsx';
import type { ActionStatus, LiveThing } from '../../live/live.ts';
import { messages } from '../messages.ts';
import { InvocationItem, type ShownInvocation } from './invocation-item.tsx';

const shownAtFirst = 3;
const mostCancelled = 3;

interface InvocationListProps {
  readonly thing: LiveThing;
  readonly title: string;
  readonly action: ActionAffordance;
  readonly invocations: readonly ActionStatus[];
}

/** The invocations of an asynchronous action, newest first. */
export function InvocationList({ invocations: told, ...item }: InvocationListProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const { invocations, ...tell } = useCancelled(told);
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
        <InvocationItem key={invocation.id ?? invocation.href} invocation={invocation} {...item} {...tell} />
      ))}
      {hidden > 0 ? (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          <Text size="sm">{t.showAll(hidden.toLocaleString(language))}</Text>
        </Button>
      ) : null}
    </Stack>
  );
}

/** The invocations and among them those cancelled here, which the servient knows no more. */
function useCancelled(told: readonly ActionStatus[]) {
  const [cancelled, setCancelled] = useState<readonly ShownInvocation[]>([]);
  const others = told.filter(({ id }) => !cancelled.some((each) => each.id === id));
  const timeOf = ({ timeRequested = '' }: ShownInvocation) => Date.parse(timeRequested) || 0;
  return {
    invocations: [...others, ...cancelled].sort((a, b) => timeOf(b) - timeOf(a)),
    cancelled: (invocation: ShownInvocation) =>
      setCancelled((before) =>
        [{ ...invocation, status: 'cancelled' as const }, ...before].slice(0, mostCancelled),
      ),
    forget: ({ id }: ShownInvocation) => setCancelled((before) => before.filter((each) => each.id !== id)),
  };
}
