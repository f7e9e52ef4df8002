import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCheck, type TablerIcon } from '@tabler/icons-react';
import { useMessages } from '../language/language.tsx';
import { useCopy } from '../notices/use-copy.ts';
import { messages } from './messages.ts';

interface CopyButtonProps {
  readonly label: string;
  readonly icon: TablerIcon;
  text(): string;
}

/** Copies a text; says so for a moment. */
export function CopyButton({ label, text, icon: Icon }: CopyButtonProps) {
  const t = useMessages(messages);
  const { copied, copy } = useCopy();
  const Shown = copied ? IconCheck : Icon;
  return (
    <Tooltip label={copied ? t.copied : label}>
      <ActionIcon variant="subtle" color="gray" size={36} aria-label={label} onClick={() => copy(text())}>
        <Shown size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
