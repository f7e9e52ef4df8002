import type { IPublishPacket } from 'mqtt';
import { codecFor } from '../../../codec/registry.ts';
import type { Content } from '../../../contracts/binding.ts';
import { abortable } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Wire } from '../../../contracts/wire.ts';
import type { MqttVersion } from '../connection/reconnecting.ts';
import { readEnvelope, readResult } from '../messages/mqtt-result.ts';
import { tellPublish } from '../messages/mqtt-wire.ts';
import type { MqttTarget } from './mqtt-target.ts';
import type { SessionConnection } from './session-connection.ts';

/** A target whose requests have results. */
export type Answered = Pick<MqttTarget, 'qos' | 'requestType' | 'contentType'> & {
  readonly topic: string;
  readonly responseTopic: string;
};

/** What bounds a request, and who is told of its messages. */
export interface Asking {
  readonly signal: AbortSignal;
  readonly wire?: Wire;
}

interface Pending {
  readonly resolve: (packet: IPublishPacket) => void;
  readonly reject: (error: WotError) => void;
}

/** Filters for results that are kept for the next request; of more the oldest is given up. */
const mostFilters = 256;

/** The requests of one connection that wait for their results. */
export class PendingReplies {
  readonly #connection: SessionConnection;
  readonly #pending = new Map<string, Pending>();
  /** The subscriptions for results, the one used last at the end. */
  readonly #filters = new Map<string, { readonly ready: Promise<void>; users: number }>();
  #requests = 0;

  constructor(connection: SessionConnection) {
    this.#connection = connection;
  }

  /** Publishes a request and waits for its result; throws the peer's error. */
  async ask(target: Answered, content: Content | undefined, asking: Asking): Promise<Content | undefined> {
    const connection = this.#connection;
    const { topic, responseTopic, requestType, contentType } = target;
    const { version, clientId, broker } = connection;
    if (content && version !== 5 && codecFor(content.type) !== codecFor(requestType)) {
      throw untold(content.type, requestType);
    }
    const suffix = `${clientId}/${(this.#requests++).toString(36)}`;
    const source = { href: `${broker}/${topic}`, contentType };
    const request = requestMessage(target, content, { version, suffix });
    const { ready, release } = this.#subscribe(`${responseTopic}/${clientId}/+`, asking.wire);
    const over = new AbortController();
    try {
      await abortable(ready, asking.signal);
      const reply = this.#reply(`${responseTopic}/${suffix}`, asking);
      connection.publish({ ...request, ...asking, signal: over.signal }).catch(reply.reject);
      const packet = await reply.packet;
      return version === 5 ? readResult(packet, source) : readEnvelope(packet, source);
    } finally {
      // What the broker has not acknowledged by then is not sent again: an action would run twice.
      over.abort('over');
      release();
    }
  }

  /** Whether somebody waited for the message. */
  receive(packet: IPublishPacket): boolean {
    const pending = this.#pending.get(packet.topic);
    pending?.resolve(packet);
    return pending !== undefined;
  }

  lost(why: WotError): void {
    for (const { reject } of this.#pending.values()) reject(outcomeUnknown(why, this.#connection.broker));
  }

  back(kept: boolean): void {
    if (!kept) this.#filters.clear();
  }

  #reply(topic: string, { signal, wire }: Asking) {
    const { promise, resolve, reject } = Promise.withResolvers<IPublishPacket>();
    this.#pending.set(topic, { resolve, reject });
    const packet = abortable(promise, signal).finally(() => this.#pending.delete(topic));
    packet.then(
      (told) => tellPublish(wire, 'received', told),
      () => {},
    );
    return { packet, reject };
  }

  #subscribe(name: string, wire: Wire) {
    const ready = () => this.#connection.subscribe({ filters: { [name]: 0 }, ...(wire && { wire }) });
    const filter = this.#filters.get(name) ?? { ready: ready(), users: 0 };
    this.#filters.delete(name);
    this.#filters.set(name, filter);
    filter.users++;
    filter.ready.catch(() => this.#filters.get(name) === filter && this.#filters.delete(name));
    const release = (): void => {
      filter.users--;
      if (this.#filters.size > mostFilters) this.#giveUpOldest();
    };
    return { ready: filter.ready, release };
  }

  #giveUpOldest(): void {
    for (const [name, { users }] of this.#filters) {
      if (users > 0) continue;
      this.#filters.delete(name);
      void this.#connection.unsubscribe([name]);
      return;
    }
  }
}

/** A request as it is published; before MQTT 5 its topic says where the result is to come. */
function requestMessage(
  { topic, responseTopic, qos, requestType }: Answered,
  content: Content | undefined,
  { version, suffix }: { readonly version: MqttVersion; readonly suffix: string },
) {
  const payload = content?.body ?? new Uint8Array();
  if (version !== 5) {
    const [path, query] = topic.split('/?', 2);
    return {
      topic: `${path}/${suffix}${query === undefined ? '' : `/?${query}`}`,
      payload,
      options: { qos },
    };
  }
  const properties = {
    responseTopic: `${responseTopic}/${suffix}`,
    correlationData: Buffer.from(suffix.slice(suffix.indexOf('/') + 1)),
    contentType: content?.type ?? requestType,
  };
  // By its acknowledgement a broker tells what it refuses (MQTT 5 section 3.4.2.1).
  return { topic, payload, options: { qos: qos === 0 ? 1 : qos, properties } };
}

function outcomeUnknown(why: WotError, broker: string): WotError {
  const message = `The connection to the MQTT broker ${broker} was lost before the result came; whether the request was served is not known: look at its state before you send it again.`;
  return new WotError('unavailable', 'CONNECTION_LOST', message, { href: broker, cause: why });
}

function untold(given: string, wanted: string): WotError {
  const message = `MQTT 3.1.1 cannot tell the media type ${given}; send ${wanted}, as the form says.`;
  return new WotError('unsupported-media', 'CONTENT_TYPE_UNKNOWN', message);
}
