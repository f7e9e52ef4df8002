import type { Hooks } from '../guard/guard-hooks.ts';
import { noSubscription, type PersistenceParts } from './durable-persistence.ts';
import { GrantedQos } from './granted-qos.ts';

/** The guard's decisions, with what they and the messages mean for sessions. */
export function statefulHooks(guard: Hooks, { state, order, delivery }: PersistenceParts) {
  const { journal, sessions, subscriptions, incoming } = state;
  const grantedQos = new GrantedQos();
  return {
    authorizePublish(client, packet, done) {
      const { qos, messageId } = packet;
      if (client && qos === 2 && messageId !== undefined && incoming.has(client.id, messageId)) {
        // Passed on before: aedes acknowledges it at once.
        journal.caughtUp().then(() => done(), done);
        return;
      }
      guard.authorizePublish(client, packet, (error) => {
        const isAcknowledgedFirst = client && qos === 1 && messageId !== undefined;
        if (error || !isAcknowledgedFirst) done(error);
        else order.publishFirst(packet, client, done);
      });
    },
    authorizeSubscribe(client, subscription, done) {
      if (subscription === noSubscription) return done(null, null);
      guard.authorizeSubscribe(client, subscription, (error, granted) => {
        const session = sessions.get(client.id);
        if (granted) {
          subscriptions.grant(client, granted);
          grantedQos.grant(client, granted);
        } else if (session && !client.connected) {
          // A right that was lost while the client was away.
          void journal.change(subscriptions.remove(client.id, session.number, [subscription.topic]));
        }
        done(error, granted);
      });
    },
    authorizeForward(client, packet) {
      if (delivery.comesFromQueue(client, packet)) return null;
      const forwarded = guard.authorizeForward(client, packet) ?? delivery.withheld(client, packet);
      const lowered = forwarded && grantedQos.lower(client, forwarded);
      return lowered && delivery.isUnsubscribed(client, lowered) ? null : lowered;
    },
  } satisfies Partial<Hooks>;
}
