import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';

/** Offers to load the page anew when a part of it cannot be loaded: an upgraded servient no longer has the parts of before. */
export function useLostParts(): void {
  const t = useMessages(messages);
  useEffect(() => {
    const tell = () => {
      const message = (
        <>
          <Text span c="var(--mantine-color-text)">
            {t.partLostHelp}
          </Text>
          <Button mt="xs" display="block" variant="default" onClick={() => location.reload()}>
            {t.reload}
          </Button>
        </>
      );
      notifications.show({ id: 'lost-part', title: t.partLost, message, autoClose: false });
    };
    addEventListener('vite:preloadError', tell);
    return () => removeEventListener('vite:preloadError', tell);
  }, [t]);
}
