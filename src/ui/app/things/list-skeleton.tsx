import { SimpleGrid, Skeleton, VisuallyHidden } from '@mantine/core';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';

/** As high as the cards to come. */
export function ListSkeleton() {
  const t = useMessages(messages);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3, xl: 4 }} spacing="sm">
      <VisuallyHidden role="status">{t.loading}</VisuallyHidden>
      {Array.from({ length: 8 }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={at} height={148} radius="md" />
      ))}
    </SimpleGrid>
  );
}
