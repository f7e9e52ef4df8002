import type { IPublishPacket } from 'mqtt';
import { type Clock, pause } from '../../../contracts/clock.ts';
import type { MqttSession } from './mqtt-session.ts';

/** After the broker granted a subscription twice, how long its retained messages may take, in ms. */
const settling = 200;

/** What is retained at some topics; empty where nothing is, WotError `forbidden` where that cannot be seen. */
export async function retainedAt(
  session: MqttSession,
  topics: readonly string[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, IPublishPacket>> {
  const found = new Map<string, IPublishPacket>();
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const listener = {
    message(packet: IPublishPacket): void {
      if (packet.payload.length > 0) found.set(packet.topic, packet);
      if (found.size === topics.length) resolve();
    },
  };
  const subscribed = { filters: topics, qos: 0, retain: false } as const;
  const stop = await session.listen(subscribed, listener, signal);
  const settled = async (): Promise<void> => {
    // A broker serves subscriptions in turn, so that what the first one brings is on its way now.
    await session.listen(subscribed, listener, signal);
    await pause(clock, settling, signal);
  };
  try {
    await Promise.race([all, settled()]);
    signal.throwIfAborted();
    return found;
  } finally {
    await stop();
  }
}
