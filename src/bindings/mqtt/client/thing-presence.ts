import { type Clock, pause } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { MqttSession } from './mqtt-session.ts';
import { retainedAt } from './retained-topics.ts';

/** How long a result may take before it is looked whether anybody is there to give one, in ms. */
const patience = 200;

/** A request that waits for its result. */
export interface Waiting {
  readonly session: MqttSession;
  /** Of the Thing asked. */
  readonly thingTopic: string;
  /** Broker and topic of the request. */
  readonly href: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The topic below which all of a Thing lies, by that of a result of one of its requests; undefined where it is none of ours. */
export function thingTopicOf(responseTopic: string): string | undefined {
  return /^(.*\bthings\/[^/]+)\/(?:ops|(?:properties|actions)\/[^/]+)\/reply$/.exec(responseTopic)?.[1];
}

/**
 * Says why no result comes, once that is sure: WotError `not-found` NOBODY_LISTENS where nothing of the Thing is
 * retained, `unavailable` THING_OFFLINE where it or its servient is offline. Undefined where it may still come.
 */
export async function absence(waiting: Waiting): Promise<WotError | undefined> {
  const { session, thingTopic, href, clock, signal } = waiting;
  await pause(clock, patience, signal);
  signal.throwIfAborted();
  const [status, servient] = [`${thingTopic}/status`, `${thingTopic}/servient`];
  const found = await retainedAt(session, [thingTopic, status, servient], { clock, signal });
  if (found.size === 0) return nobody(href);
  if (String(found.get(status)?.payload) === 'offline') return offline(href, 'the Thing');
  const id = found.get(servient)?.payload;
  if (id === undefined) return undefined;
  const state = `${thingTopic.replace(/things\/[^/]+$/, '')}servients/${id}/status`;
  const told = await retainedAt(session, [state], { clock, signal });
  return String(told.get(state)?.payload) === 'offline' ? offline(href, `its servient ${id}`) : undefined;
}

function nobody(href: string): WotError {
  const message = `Nobody listens at ${href}: the broker has nothing of this Thing; check its name, and that its servient was ever online.`;
  return new WotError('not-found', 'NOBODY_LISTENS', message, { href });
}

function offline(href: string, what: string): WotError {
  const message = `${href} does not answer: ${what} is offline; start it.`;
  return new WotError('unavailable', 'THING_OFFLINE', message, { href });
}
