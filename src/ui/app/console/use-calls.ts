import { useCallback, useState } from 'react';
import type { ExchangeRequest } from '../../page-data.ts';
import { type ExchangeLog, outcomeOf } from './exchange-log.ts';
import { type PastCall, pastCalls, rememberCall } from './history.ts';
import { useExchange } from './use-exchange.ts';

/** Which Thing is meant. */
export type Whom = Pick<ExchangeRequest, 'thing' | 'url'>;

/** The exchange that runs, and those before it. */
export interface Calls {
  readonly whom: Whom;
  readonly log: ExchangeLog | undefined;
  /** Newest first, of this Thing alone. */
  readonly past: readonly PastCall[];
  /** Sends; `secret` keeps the input out of the history. */
  run(request: ExchangeRequest, secret?: boolean): void;
  stop(): void;
}

/** Some browsers throw already where the storage is named. */
const tab: Pick<Storage, 'getItem' | 'setItem'> = {
  getItem: (place) => sessionStorage.getItem(place),
  setItem: (place, text) => sessionStorage.setItem(place, text),
};

/** Sends calls to a Thing and remembers them for this tab. */
export function useCalls(whom: Whom): Calls {
  const { log, run, stop } = useExchange();
  const [past, setPast] = useState(() => pastCalls(tab));
  const remembered = useCallback(
    (request: ExchangeRequest, secret = false) =>
      run(request, (ended) => setPast(rememberCall(tab, pastCall(ended), secret))),
    [run],
  );
  const own = past.filter(({ request }) => request.thing === whom.thing && request.url === whom.url);
  return { whom, log, past: own, run: remembered, stop };
}

function pastCall(log: ExchangeLog): PastCall {
  const { request, startedAt, ms } = log;
  return { at: startedAt, request, outcome: outcomeOf(log), ...(ms === undefined ? {} : { ms }) };
}
