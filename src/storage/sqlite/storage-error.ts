import { WotError } from '../../contracts/errors.ts';

type Reason = readonly [code: string, whatHappened: string, whatToDo: string];

const other: Reason = ['STORAGE_FAILED', 'failed', 'check the disk and the file'];
const notWritable: Reason = [
  'STORAGE_NOT_WRITABLE',
  'cannot be opened for writing',
  'check the folder and its permissions',
];
const corrupt: Reason = [
  'STORAGE_CORRUPT',
  'is no intact database',
  'restore it from a backup, or move it away to start with empty state',
];

/** By SQLite result code (https://sqlite.org/rescode.html). */
const reasons: Readonly<Record<number, Reason>> = {
  5: ['STORAGE_IN_USE', 'is used by another servient', 'stop that one, or give this one a file of its own'],
  8: notWritable,
  11: corrupt,
  13: ['STORAGE_FULL', 'has no room left on its disk', 'free some space'],
  14: notWritable,
  26: corrupt,
};

/** The `unavailable` error for what SQLite or the file system refused. */
export function storageError(file: string, cause: unknown): WotError {
  const [code, happened, todo] = reasonOf(cause as { readonly errcode?: number; readonly syscall?: string });
  const message = `The storage ${file} ${happened} (${(cause as Error).message}); ${todo}.`;
  return new WotError('unavailable', code, message, { cause });
}

function reasonOf({ errcode, syscall }: { readonly errcode?: number; readonly syscall?: string }): Reason {
  if (errcode === undefined) return syscall === undefined ? other : notWritable;
  // Extended result codes carry the primary one in the low byte.
  return reasons[errcode & 0xff] ?? other;
}
