import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  Content,
  NotificationListener,
} from '../../contracts/binding.ts';
import { type Clock, waitingClock } from '../../contracts/clock.ts';
import { abortable, withDeadline } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Wire } from '../../contracts/wire.ts';
import { type Asking, MqttSession } from './client/mqtt-session.ts';
import { contentOf, topicSubscription } from './client/mqtt-subscription.ts';
import { canSend, type MqttTarget, mqttTarget } from './client/mqtt-target.ts';
import { tellConnect, tellPacket } from './messages/mqtt-wire.ts';

export interface MqttClientOptions {
  /** Sent to every broker whose address in a form names no user, so make one client for each trusted set of Things. */
  readonly username?: string;
  readonly password?: string;
  readonly clock?: Clock;
}

/** How long a retained message may take after the broker granted the subscription, in ms. */
const patience = 2000;

/** The MQTT client: one connection for each broker and user, MQTT 5 where the broker speaks it. */
export function mqttClient(options: MqttClientOptions = {}): ClientBinding {
  return new MqttClientBinding(options);
}

class MqttClientBinding implements ClientBinding {
  readonly name = 'mqtt';
  readonly schemes = ['mqtt', 'mqtts'];
  readonly supports = canSend;
  readonly #options: Omit<MqttClientOptions, 'clock'>;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Promise<MqttSession>>();

  constructor({ clock = waitingClock, ...options }: MqttClientOptions) {
    this.#options = options;
    this.#clock = clock;
  }

  async request({ op, form, content, wire, ...limit }: ClientRequest): Promise<ClientResponse> {
    const target = mqttTarget(op, form);
    checkSize(content, target);
    const answer = await withDeadline(this.#clock, { ...limit, href: nameOf(target) }, async (signal) => {
      const asking = { signal, wire };
      const session = await this.#session(target, asking);
      if (isAnswered(target)) return session.ask(target, content, asking);
      if (op === 'readproperty') return this.#readTopic(session, target, asking);
      const { topic = '', qos, retain } = target;
      const payload = content?.body ?? new Uint8Array();
      await session.publish({ topic, payload, options: { qos, retain }, wire });
      return undefined;
    });
    return answer === undefined ? {} : { content: answer };
  }

  async subscribe(
    { op, form, wire, ...limit }: ClientRequest,
    listener: NotificationListener,
  ): Promise<() => Promise<void>> {
    const target = mqttTarget(op, form);
    return withDeadline(this.#clock, { ...limit, href: nameOf(target) }, async (signal) => {
      const session = await this.#session(target, { signal, wire });
      const heard = { ...topicSubscription(target, listener), wire };
      const stop = await session.listen(target.filters, target.qos, heard);
      if (signal.aborted) await stop();
      return stop;
    });
  }

  async stop(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of await Promise.allSettled(sessions)) {
      if (session.status === 'fulfilled') await session.value.close();
    }
  }

  /** The next message; a retained one comes at once, so that its absence shows. */
  async #readTopic(session: MqttSession, target: MqttTarget, { signal, wire }: Asking): Promise<Content> {
    const { promise, resolve, reject } = Promise.withResolvers<Content>();
    const { filters, qos, retain, contentType } = target;
    const stop = await session.listen(filters, qos, {
      wire,
      message: (packet) => resolve(contentOf(packet, contentType)),
    });
    const late = retain && this.#clock.after(patience, () => reject(nothingRetained(nameOf(target))));
    try {
      return await abortable(promise, signal);
    } finally {
      if (late) late.cancel();
      await stop();
    }
  }

  async #session(target: MqttTarget, { signal, wire }: Asking): Promise<MqttSession> {
    const who = { ...this.#options, ...target };
    const key = JSON.stringify([who.broker, who.username, who.password]);
    const open = this.#sessions.get(key) ?? this.#open(key, who, wire);
    this.#sessions.set(key, open);
    const session = await open;
    await session.online(signal);
    signal.throwIfAborted();
    return session;
  }

  async #open(key: string, who: MqttTarget, wire: Wire): Promise<MqttSession> {
    const session = new MqttSession(who);
    tellConnect(wire, session.clientId, who);
    try {
      await session.ready();
      tellPacket(wire, 'received', { start: 'CONNACK', 'Protocol Version': session.protocolVersion });
      return session;
    } catch (error) {
      this.#sessions.delete(key);
      await session.close();
      throw error;
    }
  }
}

function isAnswered(
  target: MqttTarget,
): target is MqttTarget & { readonly topic: string; readonly responseTopic: string } {
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

function nothingRetained(href: string): WotError {
  const message = `Nothing is retained at ${href}; check the topic, and that what publishes there was ever online.`;
  return new WotError('not-found', 'NOTHING_RETAINED', message, { href });
}

function nameOf({ broker, topic, filters }: MqttTarget): string {
  return `${broker}/${topic ?? filters.join(',')}`;
}
