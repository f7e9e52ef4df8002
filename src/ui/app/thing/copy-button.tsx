import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCheck, type TablerIcon } from '@tabler/icons-react';
import { useState } from 'react';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';

interface CopyButtonProps {
  readonly label: string;
  readonly icon: TablerIcon;
  text(): string;
}

/** Copies a text; says so for a moment. */
export function CopyButton({ label, text, icon: Icon }: CopyButtonProps) {
  const t = useMessages(messages);
  const [copied, setCopied] = useState(false);
  const Shown = copied ? IconCheck : Icon;
  const copy = async (): Promise<void> => {
    await write(text());
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <Tooltip label={copied ? t.copied : label}>
      <ActionIcon variant="subtle" color="gray" size={36} aria-label={label} onClick={() => void copy()}>
        <Shown size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** Without TLS browsers keep `navigator.clipboard` from pages of other hosts than localhost. */
async function write(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
