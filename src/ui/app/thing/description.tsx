import { Spoiler, Text } from '@mantine/core';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import classes from './thing.module.css';

/** A description of a TD: so many lines of it, the rest on demand. */
export function Description({ text, lines }: { readonly text?: string; readonly lines: number }) {
  const t = useMessages(messages);
  if (text === undefined) return null;
  return (
    <Spoiler
      maxHeight={lines * 21}
      showLabel={t.more}
      hideLabel={t.less}
      classNames={{ control: classes.more ?? '' }}
    >
      <Text size="sm" lh="21px" maw="90ch" data-td-text dir="auto">
        {text}
      </Text>
    </Spoiler>
  );
}
