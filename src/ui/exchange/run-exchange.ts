import type { Exchange, Sending } from '../../consumer/exchange.ts';
import { isInvocation } from '../../consumer/invocation.ts';
import type { ClientResponse, NotificationListener } from '../../contracts/binding.ts';
import { abortable } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import { defaultContentType, subscriptionOps } from '../../td/defaults.ts';
import { ownMember } from '../../td/json-object.ts';
import { protocolOf } from '../../td/protocol.ts';
import type { ExchangeLine } from '../page-data.ts';
import type { AskedExchange } from './exchange-request.ts';
import { Judgement } from './judgement.ts';
import type { LineStream } from './line-stream.ts';
import { offeredForms } from './offered-forms.ts';
import { wireLine } from './wire-line.ts';

/** What one exchange stands on. */
export interface ExchangeRun {
  readonly exchange: Exchange;
  readonly asked: AskedExchange;
  /** The address to ask at, where the Thing gave one and its TD has no form for it. */
  readonly address: string | undefined;
  readonly lines: LineStream;
  /** Ends it. */
  readonly signal: AbortSignal;
}

type ChosenLine = ExchangeLine & { readonly line: 'chosen' };

/** Sends one operation and tells all of it; rejects as sending does, before anything was told where the form is none of the TD. */
export async function runExchange(run: ExchangeRun): Promise<void> {
  const { asked, exchange, lines } = run;
  const judgement = new Judgement(exchange.td, asked.target);
  const { chosen, sending } = await choose(run);
  const input = judgement.input(asked.input);
  lines.mustTell({ ...chosen, ...(input && { input }) });
  if (run.address === undefined) refuseUnusable(chosen, asked);
  const telling = { judgement, since: performance.now() };
  if (subscriptionOps.includes(asked.target.op)) await subscribe(run, sending, telling);
  else await request(run, sending, telling);
}

interface Telling {
  readonly judgement: Judgement;
  /** When it was sent. */
  readonly since: number;
}

async function request(run: ExchangeRun, sending: Sending, { judgement, since }: Telling): Promise<void> {
  const { exchange, asked, address, lines } = run;
  const { op, name = '' } = asked.target;
  const response =
    address === undefined
      ? await exchange.send(asked.target, sending)
      : await exchange.sendTo(address, op, sending.options);
  const ms = msSince(since);
  const { synchronous } = ownMember(exchange.td.actions, name) ?? {};
  const isStatus = op === 'invokeaction' && isInvocation(response, synchronous);
  const value = judgement.output(response.content, { isStatus });
  lines.mustTell({
    line: 'result',
    ms,
    ...value,
    ...(isStatus && locationOf(response, value.value, exchange, asked)),
  });
}

/** Lasts until the Thing ends it; rejects when it fails, or with the signal's reason. */
async function subscribe(run: ExchangeRun, sending: Sending, { judgement, since }: Telling): Promise<void> {
  const { exchange, asked, lines, signal } = run;
  const over = Promise.withResolvers<void>();
  const stand = once(() => lines.mustTell({ line: 'subscribed', ms: msSince(since) }));
  const listener: NotificationListener = {
    next({ content, ...change }) {
      stand();
      lines.tell({ line: 'change', ...change, ...judgement.output(content, { name: change.name }) });
    },
    gap: (gap) => lines.tell({ line: 'gap', ...gap }),
    interrupted: ({ message }) => lines.tell({ line: 'interrupted', message }),
    resumed: () => lines.tell({ line: 'resumed' }),
    failed: over.reject,
    ended: over.resolve,
  };
  const stop = await exchange.subscribe(asked.target, sending, listener);
  stand();
  try {
    await abortable(over.promise, signal);
    lines.mustTell({ line: 'ended' });
  } finally {
    await stop();
  }
}

async function choose(run: ExchangeRun): Promise<{ readonly chosen: ChosenLine; readonly sending: Sending }> {
  const { asked, address, exchange, lines, signal } = run;
  const { target, uriVariables, timeout, names, input, invocation } = asked;
  const wire = (message: Parameters<typeof wireLine>[0]): void => lines.tell(wireLine(message));
  const options = { signal, timeout, wire, ...(uriVariables && { uriVariables }) };
  if (address !== undefined) return { chosen: addressLine(address), sending: { options } };
  const routes = await exchange.offered(target);
  const forms = offeredForms(routes, target.op);
  const form = asked.form ?? forms.findIndex(({ usable }) => usable);
  if (form >= forms.length) throw formUnknown(form, forms.length);
  const wanted = routes[form]?.form;
  const payload = invocation ?? input;
  return {
    chosen: { line: 'chosen', forms, form },
    sending: {
      options: { ...options, form: (found) => found === wanted },
      ...(payload === undefined ? {} : { payload }),
      ...(names && { names }),
    },
  };
}

function addressLine(href: string): ChosenLine {
  const form = { href, contentType: defaultContentType };
  const reason = 'The address that the Thing gave the invocation.';
  return {
    line: 'chosen',
    forms: [{ form, protocol: protocolOf(form), usable: true, reason }],
    form: 0,
  };
}

/** Without any form at all, sending it says so. */
function refuseUnusable({ forms, form }: ChosenLine, { target }: AskedExchange): void {
  const chosen = forms[form];
  if (chosen === undefined || chosen.usable) return;
  const message = `${target.op} cannot be sent by ${chosen.form.href}. ${chosen.reason} Take another form.`;
  throw new WotError('not-implemented', 'NO_CLIENT_FOR_FORM', message, { href: chosen.form.href });
}

function formUnknown(form: number, offered: number): WotError {
  const message = `There is no form ${form} for it: the TD has ${offered}, counted from 0; leave \`form\` out for the preferred one.`;
  return new WotError('invalid', 'FORM_UNKNOWN', message);
}

/** Where an invocation is asked about: the address that came beside its status, or stands in it. */
function locationOf(
  { location }: ClientResponse,
  status: unknown,
  exchange: Exchange,
  { target }: AskedExchange,
): { readonly location?: string } {
  const { href } = (status ?? {}) as { readonly href?: unknown };
  const told = typeof href === 'string' ? URL.parse(href, exchange.address(target))?.href : undefined;
  const known = location ?? told;
  return known === undefined ? {} : { location: known };
}

function msSince(since: number): number {
  return Math.round((performance.now() - since) * 10) / 10;
}

function once(call: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    call();
  };
}
