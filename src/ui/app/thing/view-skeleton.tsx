import { Skeleton, Stack } from '@mantine/core';
import classes from './thing.module.css';

const rows = ['a', 'b', 'c', 'd'];

/** The shape of a view until it is there. */
export function ViewSkeleton() {
  return (
    <Stack className={classes.late} aria-hidden>
      <Skeleton height={140} width="min(620px, 100%)" />
      {rows.map((row) => (
        <Skeleton key={row} height={52} />
      ))}
    </Stack>
  );
}
