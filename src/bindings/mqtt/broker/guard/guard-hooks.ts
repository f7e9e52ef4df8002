import { isUtf8 } from 'node:buffer';
import type { AedesOptions, AuthenticateError, Client, ConnectPacket, PublishPacket } from 'aedes';
import type { Principal } from '../../../../contracts/access.ts';
import type { Credentials } from '../../../../contracts/binding.ts';
import { WotError } from '../../../../contracts/errors.ts';
import type { Logger } from '../../../../contracts/logger.ts';
import { isTopicFilter } from '../../../../td/topic-filter.ts';
import { isTopicName } from '../../messages/topic-names.ts';
import type { GuardedConnection } from '../connection/guarded-connection.ts';
import { type BacklogBounds, Backlogs } from './backlogs.ts';
import type { ClientIdentities } from './client-identities.ts';
import {
  type LastingSubscriptions,
  type SubscriptionBounds,
  SubscriptionQuota,
} from './subscription-quota.ts';
import type { Asker, TopicAccess } from './topic-access.ts';

/** What a guarded broker lets its clients hold. */
export interface GuardBounds extends SubscriptionBounds, BacklogBounds {}

export interface GuardOptions {
  readonly bounds: GuardBounds;
  readonly lastingSubscriptions: LastingSubscriptions;
  readonly access: TopicAccess;
  readonly identities: ClientIdentities;
  /** Has a packet that aedes is about to publish go nowhere. */
  drop(packet: PublishPacket): void;
  /** Takes a message that only the servient is to get. */
  answer?(packet: PublishPacket, principal: Principal): void;
  /** Takes a client that may connect; false where all sessions are in use. */
  admit(clientId: string, clean: boolean, principal: Principal): boolean;
  /** Who a client is; rejects with WotError `unauthenticated` where the credentials are wrong or missing. */
  authenticate(credentials: Credentials): Promise<Principal>;
  readonly logger: Logger;
}

export type Hooks = Required<
  Pick<
    AedesOptions,
    'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
  >
>;

/** Levels of a topic: looking up who takes a message may visit every combination of a word and `+`. */
export const maxTopicLevels = 32;

// MQTT 3.1.1 section 3.2.2.3
const identifierRejected = 2;
const serverUnavailable = 3;
const malformedCredentials = 4;
const notAuthorized = 5;

/** The checks that aedes leaves to its host; a malformed publication ends the connection. */
export function guardHooks(options: GuardOptions): Hooks {
  return { ...connectionHooks(options), ...topicHooks(options) };
}

function connectionHooks(options: GuardOptions) {
  const connecting = new WeakMap<Client, ConnectPacket>();
  return {
    preConnect(client, packet, done) {
      const { will } = packet;
      if (will && !isPossibleWill(will.topic)) return done(new Error('the will topic is malformed'), false);
      connecting.set(client, packet);
      done(null, true);
    },
    authenticate(client, user, secret, done) {
      const { clean = false, clientId = '', will } = connecting.get(client) ?? {};
      const nameless = !clean && clientId === ''; // [MQTT-3.1.3-8]
      if (nameless || isMalformed(clientId)) return done(refused(identifierRejected), false);
      if (isMalformed(user ?? '') || (secret && !isUtf8(secret))) {
        return done(refused(malformedCredentials), false);
      }
      const credentials = credentialsOf(client, user, secret);
      void admit(client, { credentials, will }, options).then((code) =>
        code === undefined ? done(null, true) : done(refused(code), false),
      );
    },
  } satisfies Partial<Hooks>;
}

/** Credentials as they came, an empty user name or password included. */
function credentialsOf({ conn }: Client, user: string | undefined, secret: Buffer | undefined): Credentials {
  const { peer } = conn as GuardedConnection;
  return {
    ...(user !== undefined && { scheme: 'basic', user }),
    ...(secret && { secret: secret.toString() }),
    ...(peer && { peer }),
  };
}

interface Connecting {
  readonly credentials: Credentials;
  readonly will: ConnectPacket['will'];
}

/** Takes a client, or gives the return code that refuses it. */
async function admit(
  client: Client,
  { credentials, will }: Connecting,
  { access, identities, ...host }: GuardOptions,
): Promise<number | undefined> {
  const { id, clean, conn } = client;
  try {
    const principal = await host.authenticate(credentials);
    if (conn.destroyed) return serverUnavailable; // It left meanwhile.
    const asker = { clientId: id, principal };
    if (will && access.publication(will.topic, asker, will.retain ?? false) !== 'publish')
      return notAuthorized;
    if (!identities.bind(client, principal)) return identifierRejected;
    return host.admit(id, clean, principal) ? undefined : serverUnavailable;
  } catch (error) {
    if (error instanceof WotError && /^(unauthenticated|forbidden)$/.test(error.kind)) return notAuthorized;
    host.logger.error('An MQTT client could not be admitted', { error });
    return serverUnavailable;
  }
}

function topicHooks({ bounds, access, identities, logger, ...options }: GuardOptions) {
  const { mayReceive, maySubscribe } = access.receiving ?? {};
  const warned = new WeakSet<Client>();
  const backlogs = new Backlogs(bounds);
  const quota = new SubscriptionQuota(bounds, options.lastingSubscriptions);

  /** The client is not cut: MQTT 3.1.1 could not say why, so that it would come back and try again. */
  function warn({ clientId, principal }: Asker, { topic, retain }: PublishPacket, client: Client): void {
    if (warned.has(client)) return;
    warned.add(client);
    const what = retain ? `publish to ${topic} with the retain flag` : `publish to ${topic}`;
    const message = `An MQTT client may not ${what}; what it publishes without the right is dropped`;
    logger.warn(message, { clientId, principal: principal.name });
  }

  return {
    authorizePublish(client, packet, done) {
      const { topic, retain } = packet;
      const asker = client && identities.of(client);
      if (!asker) return done(new Error('the publisher is not known'));
      if (!isPublishable(topic)) return done(new Error('the topic name is malformed'));
      packet.dup = false; // [MQTT-3.3.1-3]
      const publication = access.publication(topic, asker, retain);
      if (publication !== 'publish') options.drop(packet); // [MQTT-3.3.5-2]
      if (publication === 'answer') options.answer?.(packet, asker.principal);
      else if (publication === 'drop') warn(asker, packet, client);
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const { topic } = subscription;
      if (!isTopicFilter(topic)) return done(new Error('the topic filter is malformed'));
      const asker = identities.of(client);
      // `$SYS` is not for clients, and shared subscriptions are MQTT 5
      const refuse =
        topic.startsWith('$') ||
        !asker ||
        maySubscribe?.(topic, asker) === false ||
        !quota.admits(client, topic);
      done(null, refuse ? null : subscription);
    },
    authorizeForward(client, packet) {
      if (!backlogs.admits(client)) {
        client.conn.destroy(new Error('the subscriber is too slow'));
        return null;
      }
      if (!mayReceive) return packet;
      const asker = identities.of(client);
      return asker && mayReceive(packet.topic, asker) ? packet : null;
    },
  } satisfies Partial<Hooks>;
}

function isPossibleWill(topic: string): boolean {
  return isPublishable(topic) && topic.split('/').length <= maxTopicLevels;
}

function isPublishable(topic: string): boolean {
  return isTopicName(topic) && !topic.startsWith('$');
}

/** Whether a string was no UTF-8 or holds NUL [MQTT-1.5.3-2]. */
function isMalformed(text: string): boolean {
  return /[\0\uFFFD]/.test(text);
}

function refused(returnCode: number): AuthenticateError {
  return Object.assign(new Error('the connection is refused'), { returnCode });
}
