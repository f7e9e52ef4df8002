import type { Problem } from '../../../contracts/errors.ts';
import type { CarriedValue, ExchangeLine, ExchangeRequest, WireLine } from '../../page-data.ts';

type Line<K extends ExchangeLine['line']> = Extract<ExchangeLine, { readonly line: K }>;

/** A message of the wire with its number, from 1. */
export type NumberedWireLine = WireLine & { readonly number: number };

/** One line of a stream's log. */
export interface LogEntry extends CarriedValue {
  /** From 1, in order. */
  readonly number: number;
  /** When it came here, milliseconds since 1970. */
  readonly at: number;
  readonly what: 'change' | 'gap' | 'dropped' | 'interrupted' | 'resumed';
  readonly name?: string;
  readonly timestamp?: string;
  /** More about what is no change. */
  readonly text?: string;
}

/** An exchange as far as it has come. */
export interface ExchangeLog {
  readonly request: ExchangeRequest;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly state: 'running' | 'streaming' | 'done';
  readonly chosen?: Line<'chosen'>;
  /** The last ones; `messages` counts all. */
  readonly wire: readonly NumberedWireLine[];
  readonly messages: number;
  readonly ms?: number;
  readonly result?: Line<'result'>;
  readonly problem?: Problem;
  /** The last ones; `count` counts all. */
  readonly entries: readonly LogEntry[];
  readonly count: number;
}

const mostEntries = 1000;
const mostMessages = 200;

/** An exchange that was just begun. */
export function begun(request: ExchangeRequest, startedAt: number): ExchangeLog {
  return { request, startedAt, state: 'running', wire: [], messages: 0, entries: [], count: 0 };
}

/** The exchange after some more lines; what it keeps is bounded. */
export function withLines(log: ExchangeLog, lines: readonly ExchangeLine[], now: number): ExchangeLog {
  const wire = lines
    .filter((line) => line.line === 'wire')
    .map((line, index) => ({ ...line, number: log.messages + index + 1 }));
  const told = lines.flatMap((line) => entryOf(line));
  const entries = told.map((entry, index) => ({ ...entry, at: now, number: log.count + index + 1 }));
  return {
    ...lines.reduce(withLine, log),
    wire: [...log.wire, ...wire].slice(-mostMessages),
    messages: log.messages + wire.length,
    entries: [...log.entries, ...entries].slice(-mostEntries),
    count: log.count + entries.length,
  };
}

function withLine(log: ExchangeLog, line: ExchangeLine): ExchangeLog {
  switch (line.line) {
    case 'chosen':
      return { ...log, chosen: line };
    case 'subscribed':
      return { ...log, state: 'streaming', ms: line.ms };
    case 'result':
      return { ...log, state: 'done', ms: line.ms, result: line };
    case 'error':
      return { ...log, state: 'done', ms: line.ms, problem: line.problem };
    case 'ended':
      return { ...log, state: 'done' };
    default:
      return log;
  }
}

function entryOf(line: ExchangeLine): readonly Omit<LogEntry, 'number' | 'at'>[] {
  switch (line.line) {
    case 'change': {
      const { line: what, id: _id, ...change } = line;
      return [{ what, ...change }];
    }
    case 'dropped':
      return [{ what: 'dropped', text: String(line.count) }];
    case 'gap':
      return [{ what: 'gap' }];
    case 'interrupted':
      return [{ what: 'interrupted', text: line.message }];
    case 'resumed':
      return [{ what: 'resumed' }];
    default:
      return [];
  }
}

/** What came of an exchange; `stopped` before it was answered. */
export type Outcome = 'running' | 'ok' | 'misfit' | 'failed' | 'stopped';

/** Whether its answer, or that it stands, says that all is well. */
export function outcomeOf(log: ExchangeLog): Outcome {
  if (log.problem) return 'failed';
  if (log.state === 'done' && log.ms === undefined) return 'stopped';
  const told = log.result?.verdict ?? log.entries.at(-1)?.verdict;
  if (told?.fits === false) return 'misfit';
  return log.state === 'running' ? 'running' : 'ok';
}
