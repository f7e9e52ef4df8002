import { Text, Title } from '@mantine/core';
import type { Tile } from '../../../dashboard.ts';
import { useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import { messages } from '../messages.ts';
import classes from './tiles.module.css';

/** Words between the tiles, with a title where they have one. */
export function TextTile({ tile }: { readonly tile: Tile }) {
  const t = useMessages(messages);
  const words = useTdText();
  const { title } = words(tile, '');
  return (
    <div className={classes.text}>
      {title === '' ? null : (
        <Title order={2} size="h4" data-td-text dir="auto">
          {title}
        </Title>
      )}
      <Text className={classes.words} data-td-text dir="auto">
        {words({ title: tile.text, titles: tile.texts }, t.waiting).title}
      </Text>
    </div>
  );
}
