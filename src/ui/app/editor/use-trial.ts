import { useEffect, useRef, useState } from 'react';
import type { Problem } from '../../../contracts/errors.ts';
import type { ExchangeLine, ExchangeRequest } from '../../page-data.ts';
import { ApiError } from '../api/api-error.ts';
import { exchange } from '../console/exchange.ts';

/** How the last try went. */
export interface Trial {
  readonly isBusy: boolean;
  /** The first line that was sent. */
  readonly sent?: string;
  readonly result?: Extract<ExchangeLine, { readonly line: 'result' }>;
  readonly problem?: Problem;
}

/** One operation at a time, sent by the servient; a new one ends the one before. */
export function useTrial(): readonly [Trial | undefined, (request: ExchangeRequest) => void] {
  const [trial, setTrial] = useState<Trial>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const start = (request: ExchangeRequest) => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    setTrial({ isBusy: true });
    const tell = (more: Partial<Trial>) => {
      if (!own.signal.aborted) setTrial((last) => ({ isBusy: false, ...last, ...more }));
    };
    void run(request, own.signal, tell);
  };
  return [trial, start];
}

async function run(request: ExchangeRequest, signal: AbortSignal, tell: (more: Partial<Trial>) => void) {
  try {
    for await (const line of exchange(request, signal)) tell(told(line));
  } catch (error) {
    if (error instanceof ApiError) tell({ problem: error.problem });
  }
  tell({ isBusy: false });
}

function told(line: ExchangeLine): Partial<Trial> {
  if (line.line === 'result') return { result: line };
  if (line.line === 'error') return { problem: line.problem };
  return line.line === 'wire' && line.direction === 'sent' ? { sent: line.start } : {};
}
