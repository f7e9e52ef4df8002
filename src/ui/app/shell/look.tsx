import { MantineProvider, mergeThemeOverrides } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { type ReactNode, useMemo } from 'react';
import { useMessages } from '../language/language.tsx';
import { theme } from '../theme.ts';
import classes from './look.module.css';
import { messages } from './messages.ts';
import { useLostParts } from './use-lost-parts.tsx';

/** The look of the page in the reader's language, and its short messages. */
export function Look({ children }: { readonly children: ReactNode }) {
  const { close } = useMessages(messages);
  const named = useMemo(
    // Whatever can be closed says so by itself.
    () =>
      mergeThemeOverrides(theme, { components: { CloseButton: { defaultProps: { 'aria-label': close } } } }),
    [close],
  );
  useLostParts();
  return (
    <MantineProvider theme={named} defaultColorScheme="auto">
      <Notifications position="bottom-right" className={classes.notices} />
      {children}
    </MantineProvider>
  );
}
