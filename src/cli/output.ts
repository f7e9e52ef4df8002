import process from 'node:process';
import { styleText } from 'node:util';
import { type ErrorKind, WotError } from '../contracts/errors.ts';
import { escaped } from '../servient/escaped.ts';

/** What each exit code means; the README lists them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  notFound: 4,
  denied: 5,
  unreachable: 6,
  interrupted: 130,
} as const;

const codeByKind: Partial<Record<ErrorKind, number>> = {
  invalid: exitCodes.invalid,
  'not-found': exitCodes.notFound,
  unauthenticated: exitCodes.denied,
  forbidden: exitCodes.denied,
  timeout: exitCodes.unreachable,
  unavailable: exitCodes.unreachable,
};

const usageCode =
  /^(ACCESS_\w+|ACL_\w+|BASE_TOPIC_INVALID|CA_(INVALID|UNREADABLE)|CONFIG_(INVALID|UNREADABLE)|(HTTP|MQTT)_OPTIONS_INVALID|OPEN_BIND_REFUSED|PSK_FILE_\w+|PUBLIC_BASE_INVALID|TLS_\w+|TOPIC_PREFIX_INVALID)$/;

/** Prints one line of results. */
export function print(line: string): void {
  process.stdout.write(`${escaped(line)}\n`);
}

/** Prints a value: as one line of JSON, or as a person reads it; bytes (of `type`) as they are, but not to a terminal. */
export function printValue(value: unknown, json: boolean, type?: string): void {
  if (value === undefined) return;
  if (value instanceof Uint8Array && !json) printBytes(value, type);
  else {
    const text = typeof value === 'string' && !json ? value : jsonText(value, json ? 0 : 2);
    for (const line of text.split('\n')) print(line);
  }
}

/** A value as JSON, bytes in it as strings in base64. */
export function jsonText(value: unknown, indent = 0): string {
  // A Buffer is no Buffer any more when a replacer gets it.
  function replace(this: Readonly<Record<string, unknown>>, name: string, member: unknown): unknown {
    const own = this[name];
    return own instanceof Uint8Array ? Buffer.from(own).toString('base64') : member;
  }
  return JSON.stringify(value, replace, indent);
}

function printBytes(bytes: Uint8Array, type: string | undefined): void {
  if (!process.stdout.isTTY) process.stdout.write(bytes);
  else
    print(
      `${bytes.length} bytes${type === undefined ? '' : ` of ${type}`}; add "> file" to keep them, or --json to see them in base64.`,
    );
}

/** Tells the person at the terminal, beside the results. */
export function notice(message: string): void {
  process.stderr.write(`${styleText('red', 'wot:', { stream: process.stderr })} ${escaped(message)}\n`);
}

/** Prints an error and gives the exit code that tells its kind; with `json` as one line on stdout, beside what it is about. */
export function reportError(error: unknown, json: boolean, about: object = {}): number {
  const known = error instanceof WotError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (json)
    print(
      JSON.stringify({ ...about, error: { kind: known?.kind ?? 'internal', code: known?.code, message } }),
    );
  else notice(message);
  if (!known && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (known && usageCode.test(known.code)) return exitCodes.usage;
  return (known && codeByKind[known.kind]) ?? exitCodes.failed;
}
