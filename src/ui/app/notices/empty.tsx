import { Stack, Text } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './notices.module.css';

/** What stands where there is nothing: one sentence, one thing to do. */
export function Empty({ text, children }: { readonly text: string; readonly children?: ReactNode }) {
  return (
    <Stack className={classes.empty} align="center" gap="sm">
      <IconInbox size={28} stroke={1.4} aria-hidden />
      <Text ta="center">{text}</Text>
      {children}
    </Stack>
  );
}
