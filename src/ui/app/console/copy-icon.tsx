import { ActionIcon } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMessages } from '../language/language.tsx';
import { useCopy } from '../notices/use-copy.ts';
import { messages } from './messages.ts';

/** A button that copies a text and says that it did. */
export function CopyIcon({ text }: { readonly text: string }) {
  const t = useMessages(messages);
  const { copied, copy } = useCopy();
  const label = copied ? t.copied : t.copy;
  return (
    <ActionIcon variant="default" size={28} onClick={() => copy(text)} aria-label={label} title={label}>
      {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
    </ActionIcon>
  );
}
