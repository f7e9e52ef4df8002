import { Button, Group, Paper, Text } from '@mantine/core';
import { useEffect, useId, useRef } from 'react';
import { useMessages } from '../../language/language.tsx';
import { messages } from '../messages.ts';

interface RunConfirmationProps {
  readonly title: string;
  yes(): void;
  no(): void;
}

/** Asks once before something that may not be undone; the focus is on the question, so that no held key answers it. */
export function RunConfirmation({ title, yes, no }: RunConfirmationProps) {
  const t = useMessages(messages);
  const question = useId();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <Paper
      ref={place}
      withBorder
      p="sm"
      mt="sm"
      role="alertdialog"
      aria-labelledby={question}
      tabIndex={-1}
      onKeyDown={({ key }) => {
        if (key === 'Escape') no();
      }}
    >
      <Text id={question} size="sm" lineClamp={4} data-td-text dir="auto">
        {t.confirm(title)}
      </Text>
      <Group gap="xs" mt="xs">
        <Button onClick={yes}>{t.confirmYes}</Button>
        <Button variant="default" onClick={no}>
          {t.confirmNo}
        </Button>
      </Group>
    </Paper>
  );
}
