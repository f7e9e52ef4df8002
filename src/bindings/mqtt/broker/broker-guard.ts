import type { AedesOptions, AuthenticateError, Client } from 'aedes';
import type { Credentials } from '../../../contracts/binding.ts';
import { isTopicFilter, isTopicName } from '../messages/topic-names.ts';

/** What a guarded broker lets its clients hold. */
export interface BrokerBounds {
  /** Subscriptions of one client. */
  readonly subscriptions: number;
  /** Retained messages, and the bytes of their topics and payloads. */
  readonly retained: number;
  readonly retainedBytes: number;
  /** Bytes that wait for one connection; a subscriber slower than that is cut. */
  readonly backlog: number;
}

export interface GuardOptions {
  readonly bounds: BrokerBounds;
  /** Takes an authenticated client; false where all sessions are in use. */
  admit(clientId: string, clean: boolean): boolean;
  /** Whether clients may publish there. */
  mayPublish(topic: string, retain: boolean): boolean;
  /** Rejects where the credentials are wrong. */
  authenticate(credentials: Credentials): Promise<unknown>;
}

type Hooks = Required<
  Pick<
    AedesOptions,
    'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
  >
>;

// MQTT 3.1.1 section 3.2.2.3
const identifierRejected = 2;
const serverUnavailable = 3;
const notAuthorized = 5;

/** The checks that aedes leaves to its host; a publish or will that fails one ends the connection (section 3.3.5). */
export function brokerGuard(options: GuardOptions): Hooks {
  return { ...connectionHooks(options), ...topicHooks(options) };
}

function connectionHooks({ admit, authenticate }: GuardOptions) {
  const nameless = new WeakSet<Client>();
  return {
    preConnect(client, { will, protocolVersion, clean, clientId }, done) {
      if (protocolVersion === 3) return done(new Error('MQTT 3.1 is not spoken here'), false);
      if (will && !isTopicName(will.topic)) return done(new Error('the will topic is malformed'), false);
      if (!clean && clientId === '') nameless.add(client); // [MQTT-3.1.3-8]
      done(null, true);
    },
    authenticate(client, user, secret, done) {
      const { id, clean } = client;
      if (nameless.has(client) || /[\0\uFFFD]/.test(id)) return done(refused(identifierRejected), false);
      authenticate(user === undefined ? {} : { scheme: 'basic', user, secret: `${secret ?? ''}` }).then(
        () => (admit(id, clean) ? done(null, true) : done(refused(serverUnavailable), false)),
        () => done(refused(notAuthorized), false),
      );
    },
  } satisfies Partial<Hooks>;
}

function topicHooks({ bounds, mayPublish }: GuardOptions) {
  const retained = retainedBudget(bounds);
  return {
    authorizePublish(_client, { topic, payload, retain }, done) {
      const size = payload.length === 0 ? 0 : Buffer.byteLength(topic) + payload.length;
      if (!isTopicName(topic) || topic.startsWith('$')) done(new Error('the topic name is malformed'));
      else if (!mayPublish(topic, retain)) done(new Error('only its Thing may publish to this topic'));
      else if (retain && !retained.admit(topic, size)) done(new Error('too much is retained'));
      else done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const { topic } = subscription;
      if (!isTopicFilter(topic)) return done(new Error('the topic filter is malformed'));
      const { subscriptions } = client as unknown as { readonly subscriptions: object };
      // `$SYS` is not for clients, and shared subscriptions are MQTT 5
      const refuse = topic.startsWith('$') || Object.keys(subscriptions).length >= bounds.subscriptions;
      done(null, refuse ? null : subscription);
    },
    authorizeForward(client, packet) {
      if (client.conn.writableLength <= bounds.backlog) return packet;
      client.conn.destroy(new Error('the subscriber is too slow'));
      return null;
    },
  } satisfies Partial<Hooks>;
}

function retainedBudget(bounds: BrokerBounds) {
  const sizes = new Map<string, number>();
  let bytes = 0;
  return {
    /** Notes the new size of a topic's retained message; false where it does not fit. */
    admit(topic: string, size: number): boolean {
      const before = sizes.get(topic) ?? 0;
      const added = sizes.has(topic) ? 0 : 1;
      const tooMuch = bytes - before + size > bounds.retainedBytes || sizes.size + added > bounds.retained;
      if (size > 0 && tooMuch) return false;
      bytes += size - before;
      if (size > 0) sizes.set(topic, size);
      else sizes.delete(topic);
      return true;
    },
  };
}

function refused(returnCode: number): AuthenticateError {
  return Object.assign(new Error('the connection is refused'), { returnCode });
}
