import process from 'node:process';
import type { LogFacts, Logger } from '../contracts/logger.ts';
import { escaped } from './escaped.ts';

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
