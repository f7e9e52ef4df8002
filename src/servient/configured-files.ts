import { readFileSync } from 'node:fs';
import { WotError } from '../contracts/errors.ts';

/** A certificate and its key. */
export interface Pem {
  readonly cert: string;
  readonly key: string;
}

/** The text of a PEM file; `flags` say where it was named. Throws WotError `invalid` CONFIG_INVALID. */
export function readPem(file: string, flags: string): string {
  return textOf('PEM', file, flags);
}

/** The first line of a file; fails as `readPem` does. */
export function readPassword(file: string, flags: string): string {
  return textOf('password', file, flags).split(/\r?\n/, 1)[0] ?? '';
}

function textOf(kind: string, file: string, flags: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = `The ${kind} file ${file} cannot be read: ${(cause as Error).message}; check ${flags}.`;
    throw invalid(message, cause);
  }
}

/** Members of a configuration that do not fit together, or name what is not there. */
export function invalid(message: string, cause?: unknown): WotError {
  return new WotError('invalid', 'CONFIG_INVALID', message, { cause });
}
