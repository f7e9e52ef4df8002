import { useCallback, useEffect, useRef, useState } from 'react';
import type { Problem } from '../../../contracts/errors.ts';
import type { ExchangeLine, ExchangeRequest } from '../../page-data.ts';
import { ApiError } from '../api/api-error.ts';
import { exchange } from './exchange.ts';
import { begun, type ExchangeLog, withLines } from './exchange-log.ts';

/** How often a stream is shown anew, in milliseconds. */
const shownEvery = 100;

export interface Running {
  readonly log: ExchangeLog | undefined;
  run(request: ExchangeRequest, done: (log: ExchangeLog) => void): void;
  stop(): void;
}

/** The exchange of this console: a new one ends the one before, and so does leaving. */
export function useExchange(): Running {
  const [log, setLog] = useState<ExchangeLog>();
  const controller = useRef<AbortController>(undefined);
  const stop = useCallback(() => controller.current?.abort(), []);
  useEffect(() => stop, [stop]);
  const run = useCallback((request: ExchangeRequest, done: (log: ExchangeLog) => void) => {
    controller.current?.abort();
    const own = new AbortController();
    controller.current = own;
    const show = (shown: ExchangeLog) => {
      if (controller.current === own) setLog(shown);
    };
    void follow(request, own.signal, show).then(done);
  }, []);
  return { log, run, stop };
}

/** Shows an exchange as it comes, many lines at once; gives it as it ended. */
async function follow(
  request: ExchangeRequest,
  signal: AbortSignal,
  show: (log: ExchangeLog) => void,
): Promise<ExchangeLog> {
  let log = begun(request, Date.now());
  let waiting: ExchangeLine[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    log = withLines(log, waiting.splice(0), Date.now());
    show(log);
  };
  show(log);
  try {
    for await (const line of exchange(request, signal)) {
      waiting.push(line);
      timer ??= setTimeout(flush, shownEvery);
    }
  } catch (error) {
    if (!signal.aborted)
      waiting.push({ line: 'error', ms: Date.now() - log.startedAt, problem: problemOf(error) });
  }
  waiting = [...waiting, { line: 'ended' }];
  flush();
  return log;
}

function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return {
    title: 'The exchange broke off',
    detail: String(error),
    code: 'EXCHANGE_BROKEN',
    kind: 'unavailable',
  };
}
