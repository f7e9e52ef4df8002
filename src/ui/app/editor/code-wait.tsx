import { Skeleton } from '@mantine/core';

/** What stands where code will stand. */
export function CodeWait() {
  return <Skeleton height="100%" radius="md" animate={false} />;
}
