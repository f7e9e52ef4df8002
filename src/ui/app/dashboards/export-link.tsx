import { ActionIcon } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { at } from '../api/api.ts';
import { useMessages } from '../language/language.tsx';
import { boardPath } from './boards.ts';
import classes from './dashboards.module.css';
import { messages } from './messages.ts';

/** Loads a board down as the JSON that it is. */
export function ExportLink({ slug, title }: { readonly slug: string; readonly title: string }) {
  const t = useMessages(messages);
  return (
    <ActionIcon
      component="a"
      href={at(boardPath(slug))}
      download={`${slug}.json`}
      variant="default"
      className={classes.icon}
      size={36}
      aria-label={t.export(title.slice(0, 200))}
      title={t.exportBoard}
    >
      <IconDownload size={18} aria-hidden />
    </ActionIcon>
  );
}
