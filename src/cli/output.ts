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
} as const;

const codeByKind: Partial<Record<ErrorKind, number>> = {
  invalid: exitCodes.invalid,
  'not-found': exitCodes.notFound,
  unauthenticated: exitCodes.denied,
  forbidden: exitCodes.denied,
  timeout: exitCodes.unreachable,
  unavailable: exitCodes.unreachable,
};

/** Prints one line of results. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a value: as one line of JSON, or as a person reads it. */
export function printValue(value: unknown, json: boolean): void {
  if (value === undefined) return;
  if (json) print(JSON.stringify(value));
  else print(typeof value === 'string' ? value : JSON.stringify(value, null, 2));
}

/** Prints an error and gives the exit code that tells its kind; with `json` as one line on stdout. */
export function reportError(error: unknown, json: boolean): number {
  const known = error instanceof WotError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (json) print(JSON.stringify({ error: { kind: known?.kind ?? 'internal', code: known?.code, message } }));
  else process.stderr.write(`${styleText('red', 'wot:', { stream: process.stderr })} ${message}\n`);
  if (!known && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return known?.code === 'ADDRESS_IN_USE'
    ? exitCodes.failed
    : ((known && codeByKind[known.kind]) ?? exitCodes.failed);
}

/** Writes warnings and errors to stderr, one line each; more with `verbose`. */
export function consoleLogger(verbose: boolean): Logger {
  const write = (level: string) => (message: string, facts?: LogFacts) => {
    process.stderr.write(`${new Date().toISOString()} ${level} ${message}${inLine(facts)}\n`);
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
    return ` ${name}=${fact instanceof Error ? (fact.stack ?? fact.message) : JSON.stringify(fact)}`;
  });
  return parts.join('');
}
