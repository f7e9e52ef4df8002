import type { Database } from './open-database.ts';

interface Write {
  run(): void;
  resolve(): void;
  reject(error: Error): void;
}

/** Writes of the same turn of the event loop share one transaction, and so one wait for the disk. */
interface GroupCommit {
  /** Resolves when the write is on disk; rejects, with its whole group, when it could not get there. */
  write(run: () => void): Promise<void>;
  /** Commits now what is waiting. */
  flush(): void;
}

export function groupCommit(database: Database, failure: (cause: unknown) => Error): GroupCommit {
  let waiting: Write[] = [];
  const flush = () => {
    const group = waiting;
    waiting = [];
    if (group.length > 0) commit(database, group, failure);
  };
  return {
    flush,
    write: (run) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ run, resolve, reject });
      }),
  };
}

function commit(database: Database, group: readonly Write[], failure: (cause: unknown) => Error): void {
  try {
    database.exec('BEGIN IMMEDIATE');
    for (const { run } of group) run();
    database.exec('COMMIT');
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK');
    for (const { reject } of group) reject(failure(cause));
    return;
  }
  for (const { resolve } of group) resolve();
}
