import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  Content,
  NotificationListener,
} from '../../contracts/binding.ts';
import { type Clock, waitingClock } from '../../contracts/clock.ts';
import { abortable, follow, withDeadline } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import { trustedAuthorities } from '../../security/trusted-authorities.ts';
import type { MqttSession } from './client/mqtt-session.ts';
import { contentOf, TopicSubscription } from './client/mqtt-subscription.ts';
import { canSend, type MqttTarget, mqttTarget } from './client/mqtt-target.ts';
import type { Answered, Asking } from './client/pending-replies.ts';
import { canReplay, changeId, replay } from './client/replay.ts';
import { SessionPool } from './client/session-pool.ts';
import { absence, thingTopicOf } from './client/thing-presence.ts';

export interface MqttClientOptions {
  /** Sent to every broker whose address in a form names no user, so make one client for each trusted set of Things. */
  readonly username?: string;
  readonly password?: string;
  /** Certificates in PEM that are trusted beside those of the system. */
  readonly ca?: string;
  /** A certificate and its key in PEM, for brokers that ask for one. */
  readonly cert?: string;
  readonly key?: string;
  /** Bytes of one packet from a broker; default 16 MiB. */
  readonly maxPacket?: number;
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}

/** How long a retained message may take after the broker granted the subscription, in ms. */
const patience = 2000;

type Limit = Pick<ClientRequest, 'signal' | 'timeout'>;

/** The MQTT client: one connection for each broker and user, MQTT 5 where the broker speaks it. Throws WotError `invalid` CA_INVALID. */
export function mqttClient(options: MqttClientOptions = {}): ClientBinding {
  return new MqttClientBinding(options);
}

class MqttClientBinding implements ClientBinding {
  readonly name = 'mqtt';
  readonly schemes = ['mqtt', 'mqtts', 'ws', 'wss'];
  readonly supports = canSend;
  readonly #clock: Clock;
  readonly #pool: SessionPool;
  #stopping = new AbortController();

  constructor({ clock = waitingClock, ca, maxPacket = 16 * 1024 * 1024, ...options }: MqttClientOptions) {
    this.#clock = clock;
    const trusted = ca === undefined ? {} : { ca: trustedAuthorities(ca) };
    this.#pool = new SessionPool({ ...options, ...trusted, maxPacket });
  }

  async request({ op, form, content, wire, ...limit }: ClientRequest): Promise<ClientResponse> {
    const target = mqttTarget(op, form);
    checkSize(content, target);
    const answer = await this.#within(target, limit, async (signal) => {
      const asking = { signal, ...(wire && { wire }) };
      const session = await this.#pool.session(target, asking);
      if (isAnswered(target)) return this.#ask(session, target, { ...asking, content });
      if (op === 'readproperty') return this.#readTopic(session, target, asking);
      const { topic = '', qos, retain } = target;
      const payload = content?.body ?? new Uint8Array();
      await session.publish({ topic, payload, options: { qos, retain }, ...asking });
      return undefined;
    });
    return answer === undefined ? {} : { content: answer };
  }

  async subscribe(
    { op, form, wire, target: { after } = { thing: '' }, ...limit }: ClientRequest,
    listener: NotificationListener,
  ): Promise<() => Promise<void>> {
    const target = mqttTarget(op, form);
    return this.#within(target, limit, async (signal) => {
      const asking = { signal, ...(wire && { wire }) };
      const { session, release } = await this.#pool.claimed(target, asking);
      const closed = new AbortController();
      const ask = this.#replayer(session, target, closed.signal);
      const heard = new TopicSubscription({ target, replay: ask, after, ...(wire && { wire }) }, listener);
      // First, so that who has heard of a value hears of a removal too.
      const watching = this.#watchStatus(session, target, { signal, heard });
      const listening = session.listen(target, heard, signal);
      listening.catch(async () => {
        release();
        await (await watching)();
      });
      const stops = [await listening];
      const stop = async (): Promise<void> => {
        closed.abort();
        release();
        await Promise.all(stops.map((each) => each()));
      };
      stops.push(await watching);
      if (signal.aborted) await stop();
      if (after !== undefined) heard.catchUp(changeId(after));
      return stop;
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort(clientStopped());
    this.#stopping = new AbortController();
    await this.#pool.stop();
  }

  /** Names broker and topic of what did not come in time. */
  #within<R>(target: MqttTarget, limit: Limit, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const bounds = { ...limit, href: nameOf(target), stopping: this.#stopping.signal };
    return withDeadline(this.#clock, bounds, work);
  }

  /** Waits for the result; where none comes for a while it is looked whether anybody can give one. */
  async #ask(
    session: MqttSession,
    target: MqttTarget & Answered,
    { signal, wire, content }: Asking & { readonly content: Content | undefined },
  ): Promise<Content | undefined> {
    const over = new AbortController();
    const forget = follow(over, signal);
    const thingTopic = thingTopicOf(target.responseTopic);
    if (thingTopic !== undefined) {
      const waiting = { session, thingTopic, href: nameOf(target), clock: this.#clock, signal: over.signal };
      absence(waiting).then(
        (why) => why && over.abort(why),
        () => {}, // it cannot be seen, so the result is waited for
      );
    }
    try {
      return await session.ask(target, content, { signal: over.signal, ...(wire && { wire }) });
    } finally {
      forget?.();
      over.abort('answered'); // Without a reason it makes an error, which costs a tenth of a request.
    }
  }

  #replayer(session: MqttSession, target: MqttTarget, signal: AbortSignal) {
    // Without MQTT 5 messages have no ids, so that nobody knows which of them a replay repeats.
    if (session.version !== 5 || !canReplay(target)) return undefined;
    const context = { clock: this.#clock, signal };
    return (after: number) => replay(session, target, after, context);
  }

  /** A Thing whose status is cleared is gone; where the status may not be seen the subscription goes on without. */
  async #watchStatus(
    session: MqttSession,
    { thingTopic, qos }: MqttTarget,
    { signal, heard }: { readonly signal: AbortSignal; readonly heard: TopicSubscription },
  ): Promise<() => Promise<void>> {
    const none = async (): Promise<void> => {};
    if (thingTopic === undefined) return none;
    const listener = {
      message: ({ payload }: { readonly payload: string | Uint8Array }) => {
        if (payload.length === 0) heard.ended();
      },
    };
    return session
      .listen({ filters: [`${thingTopic}/status`], qos, retain: true }, listener, signal)
      .catch(() => none);
  }

  /** The next message; a retained one comes at once, so that its absence shows. */
  async #readTopic(session: MqttSession, target: MqttTarget, { signal, wire }: Asking): Promise<Content> {
    const { promise, resolve, reject } = Promise.withResolvers<Content>();
    const { retain, contentType } = target;
    const listener = {
      ...(wire && { wire }),
      message: (packet: Parameters<typeof contentOf>[0]) => resolve(contentOf(packet, contentType)),
      interrupted: reject,
    };
    promise.catch(() => {}); // where the subscription is not granted either
    const stop = await session.listen({ ...target, qos: 0 }, listener, signal);
    const late = retain && this.#clock.after(patience, () => reject(nothingRetained(nameOf(target))));
    try {
      return await abortable(promise, signal);
    } finally {
      if (late) late.cancel();
      await stop();
    }
  }
}

function isAnswered(target: MqttTarget): target is MqttTarget & Answered {
  return target.topic !== undefined && target.responseTopic !== undefined;
}

function checkSize(content: Content | undefined, target: MqttTarget): void {
  const { maxPayload = Number.POSITIVE_INFINITY } = target;
  const size = content?.body.length ?? 0;
  if (size <= maxPayload) return;
  const href = nameOf(target);
  const message = `The payload for ${href} has ${size} bytes; at most ${maxPayload} are taken.`;
  throw new WotError('too-large', 'BODY_TOO_LARGE', message, { href });
}

function clientStopped(): WotError {
  return new WotError(
    'unavailable',
    'CLIENT_STOPPED',
    'The MQTT client was stopped before this was done; ask again.',
  );
}

function nothingRetained(href: string): WotError {
  const message = `Nothing is retained at ${href}; check the topic, and that what publishes there was ever online.`;
  return new WotError('not-found', 'NOTHING_RETAINED', message, { href });
}

function nameOf({ broker, topic, filters }: MqttTarget): string {
  return `${broker}/${topic ?? filters.join(',')}`;
}
