import { type EventEmitter, once } from 'node:events';
import type { IPublishPacket, MqttClient } from 'mqtt';

/** Waits for an event of an mqtt.js client, whose types are not those of node:events. */
export async function happens(client: MqttClient, event: 'connect' | 'close' | 'message'): Promise<void> {
  await once(client as unknown as EventEmitter, event);
}

/** The next message: topic, payload as text, and the packet. */
export async function nextMessage(
  client: MqttClient,
): Promise<{ readonly topic: string; readonly text: string; readonly packet: IPublishPacket }> {
  const [topic, payload, packet] = await once(client as unknown as EventEmitter, 'message');
  return { topic, text: String(payload), packet };
}
