import type { ExchangeRequest } from '../../page-data.ts';
import type { Outcome } from './exchange-log.ts';

/** A call of this tab. */
export interface PastCall {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly request: ExchangeRequest;
  readonly outcome: Outcome;
  readonly ms?: number;
  /** What was sent with it was left out. */
  readonly secret?: boolean;
}

const stored = 'thingwright-console-calls';
const most = 50;

/** The calls of this tab, newest first; empty where what is stored is none of ours. */
export function pastCalls(storage: Pick<Storage, 'getItem'>): readonly PastCall[] {
  try {
    const calls: unknown = JSON.parse(storage.getItem(stored) ?? '[]');
    return Array.isArray(calls) ? calls.filter(isPastCall).slice(0, most) : [];
  } catch {
    return [];
  }
}

/** Remembers a call before all others, as long as there is room; `secret` leaves out what was sent with it, as files always are. */
export function rememberCall(
  storage: Pick<Storage, 'getItem' | 'setItem'>,
  call: PastCall,
  secret: boolean,
): readonly PastCall[] {
  const { base64: _file, ...request } = call.request;
  const { input: _input, uriVariables: _variables, ...bare } = request;
  const kept = secret ? { ...call, request: bare, secret } : { ...call, request };
  const calls = [kept, ...pastCalls(storage)].slice(0, most);
  try {
    storage.setItem(stored, JSON.stringify(calls));
  } catch {
    // Full, or switched off: the page itself still knows.
  }
  return calls;
}

function isPastCall(call: unknown): call is PastCall {
  const { at, request } = (call ?? {}) as Partial<PastCall>;
  return typeof at === 'number' && typeof request?.op === 'string';
}
