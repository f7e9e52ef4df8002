import { Group, Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { useMessages } from '../language/language.tsx';
import { useTitle } from '../shell/use-title.ts';
import { messages } from './messages.ts';
import classes from './thing.module.css';
import { ViewSkeleton } from './view-skeleton.tsx';

/** The shape of the page until its TD is there. */
export function ThingSkeleton({ name }: { readonly name: string }) {
  const t = useMessages(messages);
  useTitle(name);
  return (
    <Stack gap="lg">
      <VisuallyHidden>
        <h1>{name}</h1>
        <p role="status">{t.loading}</p>
      </VisuallyHidden>
      <Group wrap="nowrap" className={classes.late}>
        <Skeleton height={48} width={48} />
        <Stack gap={8} flex={1}>
          <Skeleton height={26} width="min(320px, 70%)" />
          <Skeleton height={14} width="min(480px, 90%)" />
        </Stack>
      </Group>
      <ViewSkeleton />
    </Stack>
  );
}
