import type { ClientResponse } from '../contracts/binding.ts';
import { pause } from '../contracts/clock.ts';
import { fromProblem, WotError } from '../contracts/errors.ts';
import type { ActionStatus, InvocationState } from '../contracts/interaction.ts';
import type { Op } from '../contracts/td.ts';
import { isJsonObject, type JsonObject, mapMembers } from '../td/json-object.ts';
import type { Exchange, Target } from './exchange.ts';
import type { InteractionOptions } from './interaction-options.ts';
import { mismatch, type Payload, readContent, tryRead } from './payload.ts';

/** An asynchronous action on its way. */
export interface Invocation<Output> {
  /** The address of its state, where it has one. */
  readonly href?: string;
  /** The name that the Thing gave it, where it gave one. */
  readonly id?: string;
  /**
   * Its output; rejects with the Thing's error when it fails, with `unavailable` INVOCATION_CANCELLED after `cancel`, and
   * with the reason of the signal that `invoke` was given. Asks for its state, with growing pauses, from the first use on.
   */
  readonly result: Promise<Output>;
  status(options?: InteractionOptions): Promise<ActionStatus>;
  cancel(options?: InteractionOptions): Promise<void>;
}

export interface InvocationParts {
  readonly exchange: Exchange;
  readonly action: string;
  readonly options: InteractionOptions;
  /** The check of the output, where the TD declares one. */
  readonly output: Payload | undefined;
}

const states: readonly string[] = ['pending', 'running', 'completed', 'failed'] satisfies InvocationState[];
const firstPause = 50;
const longestPause = 5000;
const mostFailures = 5;

/** Whether an answer to invokeaction is the ActionStatus of an asynchronous invocation (Profile, http-basic invokeaction-21). */
export function isInvocation(
  { location, content, isStatus = false }: ClientResponse,
  synchronous: boolean | undefined,
): boolean {
  if (isStatus) return true;
  if (synchronous === true) return false;
  if (location !== undefined) return true;
  const report = reportOf(tryRead(content));
  return report !== undefined && (synchronous === false || report.href !== undefined);
}

/** Follows an invocation by the address that the Thing gave, else by the TD's forms and its id. */
export function followInvocation(parts: InvocationParts, response: ClientResponse): Invocation<unknown> {
  const { exchange, action } = parts;
  const target = (op: Op): Target => ({ op, kind: 'actions', name: action });
  const told = reportOf(tryRead(response.content));
  const href = response.location ?? absolute(told?.href, exchange.address(target('invokeaction')));
  const id = told?.id;
  let result: Promise<unknown> | undefined;
  const cancelled = new AbortController();
  let cancelling: Promise<void> | undefined;

  function send(op: 'queryaction' | 'cancelaction', options: InteractionOptions): Promise<ClientResponse> {
    if (response.location !== undefined) return exchange.sendTo(response.location, op, options);
    const byId = id !== undefined && exchange.address(target(op)) !== undefined;
    if (byId) return exchange.send(target(op), { options, payload: id });
    return href === undefined ? Promise.reject(noAddress(action)) : exchange.sendTo(href, op, options);
  }

  const status = async (options: InteractionOptions = {}): Promise<ActionStatus> => {
    const what = `the state of action "${action}"`;
    const { content } = await send('queryaction', options);
    const report = reportOf(readContent(what, content));
    if (report === undefined) throw mismatch(what, 'it is no ActionStatus', { cause: { content } });
    return report;
  };

  const following: Following = {
    status,
    cancelled: cancelled.signal,
    // The state of what was cancelled is unknown, which may be told sooner than that it was cancelled.
    lastWord: () => cancelling?.catch(() => undefined),
  };
  return {
    ...(href === undefined ? {} : { href }),
    ...(id === undefined ? {} : { id }),
    get result() {
      result ??= settle(parts, told, following);
      return result;
    },
    status,
    cancel(options = {}) {
      cancelling = send('cancelaction', options).then(() => cancelled.abort(invocationCancelled(action)));
      return cancelling;
    },
  };
}

/** An invocation that was over when it was answered. */
export function finishedInvocation(output: unknown): Invocation<unknown> {
  return {
    result: Promise.resolve(output),
    status: () => Promise.resolve({ status: 'completed', output }),
    cancel: () => Promise.resolve(),
  };
}

/** Every invocation that the Thing knows, by the name of its action (Profile, http-basic queryallactions). */
export async function queryAllActions(
  exchange: Exchange,
  options: InteractionOptions,
): Promise<Readonly<Record<string, readonly ActionStatus[]>>> {
  const op = 'queryallactions';
  const { content } = await exchange.send({ op }, { options });
  const told = readContent(op, content);
  if (!isJsonObject(told)) throw mismatch(op, 'it is no object of invocations by name', { cause: told });
  return mapMembers(told, (_, list) =>
    (Array.isArray(list) ? list : []).flatMap((invocation) => reportOf(invocation) ?? []),
  );
}

interface Following {
  status(options: InteractionOptions): Promise<ActionStatus>;
  readonly cancelled: AbortSignal;
  /** Resolves when a cancellation under way has its answer. */
  lastWord(): Promise<void> | undefined;
}

/** Asks again and again until it is over; a Thing that is away for a moment does not end it. */
async function settle(
  { exchange, options, output }: InvocationParts,
  told: ActionStatus | undefined,
  { status, cancelled, lastWord }: Following,
): Promise<unknown> {
  const signal = AbortSignal.any([exchange.signal(options), cancelled]);
  const each = { signal, ...(options.timeout === undefined ? {} : { timeout: options.timeout }) };
  let report = told;
  let failures = 0;
  for (let wait = firstPause; ; wait = Math.min(wait * 1.5, longestPause)) {
    if (report?.status === 'completed') return output?.checkOutput(report.output);
    if (report?.status === 'failed') throw fromProblem(report.error, 'internal');
    await pause(exchange.clock, wait, signal);
    signal.throwIfAborted();
    try {
      report = await status(each);
      failures = 0;
    } catch (error) {
      await lastWord();
      signal.throwIfAborted();
      if (!isTransient(error) || ++failures > mostFailures) throw error;
    }
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof WotError && ['unavailable', 'timeout', 'overloaded'].includes(error.kind);
}

/** The address that an ActionStatus tells, against that of the action (RFC 3986 section 5.1.3). */
function absolute(href: string | undefined, action: string | undefined): string | undefined {
  return href === undefined ? undefined : URL.parse(href, action)?.href;
}

function isReport(value: unknown): value is JsonObject & { readonly status: InvocationState } {
  return isJsonObject(value) && states.includes(value['status'] as string);
}

/** An ActionStatus without members of a wrong type. */
function reportOf(value: unknown): ActionStatus | undefined {
  if (!isReport(value)) return undefined;
  const texts = ['id', 'href', 'timeRequested', 'timeEnded'].filter(
    (member) => typeof value[member] === 'string',
  );
  const kept = [...texts, ...['output', 'error'].filter((member) => Object.hasOwn(value, member))];
  return { status: value.status, ...Object.fromEntries(kept.map((member) => [member, value[member]])) };
}

function invocationCancelled(action: string): WotError {
  const message = `The invocation of action "${action}" was cancelled by its caller; it has no result.`;
  return new WotError('unavailable', 'INVOCATION_CANCELLED', message);
}

function noAddress(action: string): WotError {
  return new WotError(
    'not-allowed',
    'INVOCATION_WITHOUT_ADDRESS',
    `The Thing gave the invocation of action "${action}" neither a Location nor an id that a form could use; its state cannot be asked for.`,
  );
}
