import { readFileSync } from 'node:fs';
import { WotError } from '../contracts/errors.ts';

/** The text of a PEM file; `flags` say where it was named. Throws WotError `invalid` CONFIG_INVALID. */
export function readPem(file: string, flags: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(`The PEM file ${file} cannot be read: ${(cause as Error).message}; check ${flags}.`, cause);
  }
}

/** Members of a configuration that do not fit together, or name what is not there. */
export function invalid(message: string, cause?: unknown): WotError {
  return new WotError('invalid', 'CONFIG_INVALID', message, { cause });
}
