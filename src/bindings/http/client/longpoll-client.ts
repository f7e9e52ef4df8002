import { pause } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import { type Attempt, keepSubscribed } from '../../../contracts/subscription-loop.ts';
import { answeredContent, exchange } from './http-exchange.ts';
import { deadlineOf, type HttpContext } from './http-sending.ts';
import type { Subscription } from './sse-client.ts';

/** After so many answers in a row without waiting, the peer is no longer taken for a long-polling one and is asked once a second. */
const hastyAnswers = 50;

/** Subscribes by the `longpoll` subprotocol of node-wot: a GET that hangs until the next value, again and again. */
export function subscribeLongpoll(context: HttpContext, subscription: Subscription): Promise<void> {
  const { call, listener, type } = subscription;
  const { clock } = context;
  let hasty = 0;

  async function poll(): Promise<void> {
    const sentAt = clock.now();
    const content = answeredContent(await exchange(context, { ...call, timeout: 0 }), type);
    if (content !== undefined || call.op === 'subscribeevent')
      listener.next(content === undefined ? {} : { content });
    hasty = clock.now() - sentAt < 20 ? hasty + 1 : 0;
    if (hasty > hastyAnswers) await pause(clock, 1000, call.signal);
  }

  async function attempt({ delays, standing }: Attempt): Promise<'again' | 'ended'> {
    await handshake(context, subscription);
    standing();
    while (!call.signal.aborted) {
      await poll();
      delays.reset();
    }
    return 'ended';
  }

  return keepSubscribed(context, { signal: call.signal, listener, attempt });
}

/** Asks whether the resource is there without waiting for a value; a peer without HEAD is given the benefit of the doubt. */
async function handshake(context: HttpContext, { call }: Subscription): Promise<void> {
  try {
    await exchange(context, { ...call, method: 'HEAD', deadline: deadlineOf(call.timeout, context.clock) });
  } catch (error) {
    if (!(error instanceof WotError && ['not-allowed', 'not-implemented'].includes(error.kind))) throw error;
  }
}
