import { type Clock, pause } from '../../../contracts/clock.ts';
import { abortable } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import { TopicSpace } from '../messages/topic-space.ts';
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

type Why = (href: string) => WotError;

/** What is being looked up, by connection and Thing: many requests that wait for one Thing look once. */
const looks = new WeakMap<MqttSession, Map<string, Look>>();

interface Look {
  readonly why: Promise<Why | undefined>;
  readonly over: AbortController;
  users: number;
}

/**
 * Says why no result comes, once that is sure: WotError `not-found` NOBODY_LISTENS where nothing of the Thing is
 * retained, `unavailable` THING_OFFLINE where it or its servient is offline. Undefined where it may still come.
 */
export async function absence({ href, clock, signal, ...of }: Waiting): Promise<WotError | undefined> {
  await pause(clock, patience, signal);
  signal.throwIfAborted();
  const look = lookAt(of, clock);
  look.users++;
  try {
    return (await abortable(look.why, signal))?.(href);
  } finally {
    if (--look.users === 0) look.over.abort('answered');
  }
}

function lookAt({ session, thingTopic }: Pick<Waiting, 'session' | 'thingTopic'>, clock: Clock): Look {
  const known = looks.get(session) ?? new Map<string, Look>();
  looks.set(session, known);
  const present = known.get(thingTopic);
  if (present && !present.over.signal.aborted) return present;
  const over = new AbortController();
  const look = { why: whyAbsent(session, thingTopic, { clock, signal: over.signal }), over, users: 0 };
  const forget = (): unknown => known.get(thingTopic) === look && known.delete(thingTopic);
  look.why.then(forget, forget);
  known.set(thingTopic, look);
  return look;
}

async function whyAbsent(
  session: MqttSession,
  thingTopic: string,
  context: Pick<Waiting, 'clock' | 'signal'>,
): Promise<Why | undefined> {
  const [status, servient] = [`${thingTopic}/status`, `${thingTopic}/servient`];
  const found = await retainedAt(session, [thingTopic, status, servient], context);
  if (found.size === 0) return nobody;
  if (String(found.get(status)?.payload) === 'offline') return (href) => offline(href, 'the Thing');
  const id = found.get(servient)?.payload;
  if (id === undefined) return undefined;
  const topics = new TopicSpace(thingTopic.replace(/\/?things\/[^/]+$/, ''));
  const state = topics.servientStatus(String(id));
  const told = await retainedAt(session, [state], context);
  const isOffline = String(told.get(state)?.payload) === 'offline';
  return isOffline ? (href) => offline(href, `its servient ${id}`) : undefined;
}

function nobody(href: string): WotError {
  const message = `Nobody listens at ${href}: the broker has nothing of this Thing; check its name, and that its servient was ever online.`;
  return new WotError('not-found', 'NOBODY_LISTENS', message, { href });
}

function offline(href: string, what: string): WotError {
  const message = `${href} does not answer: ${what} is offline; start it.`;
  return new WotError('unavailable', 'THING_OFFLINE', message, { href });
}
