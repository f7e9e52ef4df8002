import process from 'node:process';
import { styleText } from 'node:util';
import { type ErrorKind, WotError } from '../contracts/errors.ts';
import type { LogFacts, Logger } from '../contracts/logger.ts';

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

const usageCodes: readonly (string | undefined)[] = [
  'CONFIG_INVALID',
  'CONFIG_UNREADABLE',
  'OPEN_BIND_REFUSED',
];

/** The text with control and direction characters as JSON escapes: text of others cannot steer the terminal. */
export function escaped(text: string): string {
  return text.replace(
    /[^\P{Cc}\t]|[\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Prints one line of results. */
export function print(line: string): void {
  process.stdout.write(`${escaped(line)}\n`);
}

/** Prints a value: as one line of JSON, or as a person reads it. */
export function printValue(value: unknown, json: boolean): void {
  if (value === undefined) return;
  const text = typeof value === 'string' && !json ? value : JSON.stringify(value, null, json ? 0 : 2);
  for (const line of text.split('\n')) print(line);
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
  if (usageCodes.includes(known?.code)) return exitCodes.usage;
  return (known && codeByKind[known.kind]) ?? exitCodes.failed;
}

/** Writes warnings and errors to stderr, one line each; more with `verbose`. */
export function consoleLogger(verbose: boolean): Logger {
  const write = (level: string) => (message: string, facts?: LogFacts) => {
    process.stderr.write(`${new Date().toISOString()} ${level} ${escaped(message)}${inLine(facts)}\n`);
  };
  const silent = () => {};
  return {
    debug: verbose ? write('debug') : silent,
    info: verbose ? write('info') : silent,
    warn: write('warn'),
    error: write('error'),
  };
}

function inLine(facts: LogFacts = {}): string {
  const parts = Object.entries(facts).map(([name, fact]) => {
    return ` ${name}=${fact instanceof Error ? (fact.stack ?? fact.message) : escaped(JSON.stringify(fact) ?? '')}`;
  });
  return parts.join('');
}
