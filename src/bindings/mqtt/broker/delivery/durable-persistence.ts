import type { Client } from 'aedes';
import type { TopicAccess } from '../guard/topic-access.ts';
import type { BrokerState } from '../state/broker-state.ts';
import { incomingDropped, incomingRecord } from '../state/incoming-ids.ts';
import type { NumberedMessage, Taker } from '../state/queued-messages.ts';
import type { Subscription } from '../state/session-subscriptions.ts';
import type { Published, Turn } from './acknowledgements.ts';
import type { PublishOrder } from './publish-order.ts';
import type { SessionDelivery } from './session-delivery.ts';

export interface PersistenceParts {
  readonly state: BrokerState;
  readonly order: PublishOrder;
  readonly delivery: SessionDelivery;
  readonly receiving: TopicAccess['receiving'];
  /** Ends a client's connection. */
  cut(clientId: string, reason: Error): void;
}

interface Identified extends Published {
  readonly messageId: number;
}

/** aedes asks for the subscriptions of a session, and takes one without any for none [MQTT-3.2.2-2]; this one is granted to nobody. */
export const noSubscription: Subscription = { topic: '$session', qos: 0 };

/** What takes the place of methods of aedes' persistence (package aedes-persistence): what is acknowledged after them is written. */
export function durablePersistence(parts: PersistenceParts): object {
  return { ...sessionMethods(parts), ...publishMethods(parts), ...incomingMethods(parts) };
}

function sessionMethods({ state, delivery }: PersistenceParts) {
  const { journal, sessions, subscriptions } = state;
  return {
    async addSubscriptions(client: Client): Promise<void> {
      const session = sessions.get(client.id);
      if (!session) return;
      const { changes, begin } = subscriptions.add(client, session.number);
      await (changes.length > 0 ? journal.change(changes) : journal.caughtUp()).finally(begin);
    },
    async removeSubscriptions({ id }: Client, filters: readonly string[]): Promise<void> {
      const session = sessions.get(id);
      if (session) await journal.change(subscriptions.remove(id, session.number, filters));
    },
    async subscriptionsByClient({ id }: Client): Promise<readonly Subscription[]> {
      const own = subscriptions.of(id);
      return own.length === 0 && sessions.get(id)?.resumed ? [noSubscription] : own;
    },
    cleanSubscriptions: ({ id }: Client) => state.forgotten(id),
    outgoingStream: delivery.outgoingStream.bind(delivery),
    outgoingUpdate: delivery.outgoingUpdate.bind(delivery),
    outgoingClearMessageId: delivery.outgoingClearMessageId.bind(delivery),
  };
}

/** Called in the turn of a message, which does not wait for the disk: its acknowledgement does. */
function publishMethods({ state, order, receiving }: PersistenceParts) {
  const { journal, sessions, queues, incoming, retained } = state;

  /** An error that ends the publisher's connection; no one gets the message. */
  function refusal({ client, packet }: Turn, reason: unknown): Error {
    if (client && packet.messageId !== undefined) incoming.remove(client.id, packet.messageId);
    return reason instanceof Error ? reason : new Error(`${reason}`);
  }

  /** What may not be received takes no room in the queue of who is away. */
  function allowed(takers: readonly Taker[], topic: string): readonly Taker[] {
    if (!receiving) return takers;
    return takers.filter(({ clientId }) => {
      const { principal } = sessions.get(clientId) ?? {};
      return !principal || receiving.mayReceive(topic, { clientId, principal });
    });
  }

  /** What the store cannot take now must not be acknowledged, so that it is better not taken. */
  function checkStore(turn: Turn): void {
    const { client, packet } = turn;
    if (client && packet.messageId !== undefined && journal.fault !== undefined) {
      throw refusal(turn, journal.fault);
    }
  }

  return {
    async storeRetained(packet: NumberedMessage): Promise<void> {
      const { turn } = order;
      if (!turn) return;
      checkStore(turn);
      try {
        const changes = retained.store(packet, turn.client !== null);
        if (changes.length > 0) turn.written.push(journal.change(changes));
      } catch (error) {
        throw refusal(turn, error);
      }
    },
    createRetainedStreamCombi: (filters: readonly string[]) => retained.matching(filters),
    async outgoingEnqueueCombi(matching: readonly Taker[], packet: NumberedMessage): Promise<void> {
      const { turn } = order;
      if (!turn) return;
      const {
        client,
        packet: { messageId = 0 },
      } = turn;
      const takers = allowed(matching, packet.topic);
      const session = client && packet.qos === 2 ? sessions.get(client.id) : undefined;
      if (takers.length > 0 || session) checkStore(turn);
      const changes = [
        ...(session ? [incomingRecord(session.number, messageId)] : []),
        ...queues.enqueue(takers, packet),
      ];
      if (changes.length > 0) turn.written.push(journal.change(changes));
    },
  };
}

/** Passed on is a QoS 2 message as soon as it comes (MQTT 3.1.1 section 4.3.3, method B): all that is kept is its identifier, written with the message. */
function incomingMethods({ state, order, cut }: PersistenceParts) {
  const { journal, sessions, incoming } = state;
  return {
    async incomingStorePacket({ id }: Client, packet: Identified): Promise<void> {
      const session = sessions.get(id);
      incoming.add(id, packet.messageId);
      // One that is passed on is written in its turn.
      if (!session || !order.isDropped(packet)) return;
      await journal.change([incomingRecord(session.number, packet.messageId)]);
    },
    async incomingGetPacket({ id }: Client, packet: Identified): Promise<Identified> {
      if (!incoming.has(id, packet.messageId)) throw new Error('the message is not known');
      return packet;
    },
    async incomingDelPacket({ id }: Client, { messageId }: Identified): Promise<void> {
      incoming.remove(id, messageId);
      const session = sessions.get(id);
      if (!session) return;
      try {
        await journal.change([incomingDropped(session.number, messageId)]);
      } catch (error) {
        // aedes would send PUBCOMP all the same, and another message with this identifier be taken for this one.
        cut(id, error as Error);
      }
    },
    async cleanIncoming({ id }: Client): Promise<void> {
      if (!sessions.get(id)) incoming.forget(id);
    },
  };
}
