import type { IPublishPacket } from 'mqtt';
import type { Content, Notification, NotificationListener } from '../../../contracts/binding.ts';
import { decodedOrSame } from '../../../td/percent-encoding.ts';
import { bytesOf } from '../messages/mqtt-result.ts';
import type { TopicListener } from './mqtt-session.ts';
import type { MqttTarget } from './mqtt-target.ts';

/** Turns the messages of a form's filters into notifications; of a wildcard filter, the matched level is the name. */
export function topicSubscription(
  { filters, retain, contentType }: MqttTarget,
  listener: NotificationListener,
): TopicListener {
  const nameLevel = filters.length === 1 ? (filters[0]?.split('/').findIndex(isWildcard) ?? -1) : -1;
  /** Topics whose retained message came: another one only repeats it for somebody else's subscription. */
  const seen = new Set<string>();
  let last: string | undefined;
  return {
    message(packet) {
      const { topic, payload } = packet;
      // The Thing was removed and its retained messages with it.
      if (retain && payload.length === 0) return nameLevel < 0 ? listener.ended() : undefined;
      if (packet.retain && seen.has(topic)) return;
      if (retain) seen.add(topic);
      const notification = notificationOf(packet, contentType);
      last = notification.id ?? last;
      listener.next(
        nameLevel < 0
          ? notification
          : { ...notification, name: decodedOrSame(topic.split('/')[nameLevel] ?? '') },
      );
    },
    interrupted: (error) => listener.interrupted?.(error),
    resumed() {
      seen.clear();
      listener.resumed?.();
      listener.gap?.(last === undefined ? {} : { after: last });
    },
    ended: () => listener.ended(),
  };
}

/** A message as content; the media type is the message's own (MQTT 5), else the form's. */
export function contentOf(packet: IPublishPacket, contentType: string): Content {
  return { type: packet.properties?.contentType ?? contentType, body: bytesOf(packet) };
}

function notificationOf(packet: IPublishPacket, contentType: string): Notification {
  const { id, timestamp } = packet.properties?.userProperties ?? {};
  return {
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof timestamp === 'string' ? { timestamp } : {}),
    ...(packet.payload.length === 0 ? {} : { content: contentOf(packet, contentType) }),
  };
}

function isWildcard(level: string): boolean {
  return level === '+' || level === '#';
}
