import { randomBytes } from 'node:crypto';
import { publication } from '../../support/mqtt-peer.ts';
import type { Load, LoadResult, Target } from '../bench-messages.ts';
import { mqttConnection } from './mqtt-connection.ts';
import { behindTopic, packetType, type Received, request5, topicOf } from './mqtt-packets.ts';
import { mqttRoundTrips } from './mqtt-round-trips.ts';

const usuallyOutstanding = 64;

/** Has a broker pass on messages of a hundred bytes from a client to itself. */
export function mqttRelay(load: Load): Promise<LoadResult> {
  const { target, seconds, requests, qos = 0, outstanding = usuallyOutstanding } = load;
  const peer = { url: target.url, clientId: newClientId() };
  const topic = `relay/${peer.clientId}`;
  return mqttRoundTrips({
    peer: { ...peer, subscribe: { filter: topic, qos } },
    ...{ outstanding, seconds, requests },
    request: (number) => publication(topic, padded(number), { qos, id: identifier(number) }),
    answered: toldNumber,
  });
}

/** Writes a property, that of any of many Things, and waits for each result. */
export function mqttWrite(load: Load): Promise<LoadResult> {
  const { target, seconds, requests, outstanding = usuallyOutstanding } = load;
  const { url, write = '', mqtt: version = 4 } = target;
  const clientId = newClientId();
  const replies = write.replace('sensor-{n}', '+').replace(/set$/, `reply/${clientId}/+`);
  return mqttRoundTrips({
    peer: { url, clientId, version, subscribe: { filter: replies, qos: 0 } },
    ...{ outstanding, seconds, requests },
    request(number) {
      const topic = write.replace('{n}', () => anyOf(target));
      const value = String(41 + (number & 1));
      if (version === 4) return publication(`${topic}/${clientId}/${number}`, value);
      return request5(topic, value, topic.replace(/set$/, `reply/${clientId}/${number}`));
    },
    answered(packet) {
      if (packet.type !== packetType.publish) return undefined;
      const number = Number(topicOf(packet).replace(/.*\//, ''));
      return behindTopic(packet).includes('ok') ? number : Number.NaN;
    },
  });
}

/** Writes a property whose handler tells each value by an event: the way without results. */
export function mqttTold(load: Load): Promise<LoadResult> {
  const { target, seconds, outstanding = usuallyOutstanding } = load;
  return mqttRoundTrips({
    peer: {
      ...{ url: target.url, clientId: newClientId() },
      subscribe: { filter: String(target.event), qos: 0 },
    },
    ...{ outstanding, seconds },
    request: (number) => publication(String(target.tell), String(number)),
    answered: toldNumber,
  });
}

/** Less than the embedded broker keeps for a session. */
const queued = 900;

/** Publishes at QoS 1 what waits for an absent client, which is forgotten before its queue is full. */
export async function mqttAbsent({ target, seconds, outstanding = 32 }: Load): Promise<LoadResult> {
  const runs: LoadResult[] = [];
  const took = () => runs.reduce((sum, run) => sum + run.seconds, 0);
  while (took() < seconds) runs.push(await publishToAbsent(target, seconds - took(), outstanding));
  return {
    done: runs.reduce((sum, { done }) => sum + done, 0),
    failed: runs.reduce((sum, { failed }) => sum + failed, 0),
    seconds: took(),
    p99: Math.max(...runs.map(({ p99 = 0 }) => p99)),
  };
}

async function publishToAbsent({ url }: Target, seconds: number, outstanding: number): Promise<LoadResult> {
  const absent = { url, clientId: newClientId() };
  const topic = `absent/${absent.clientId}`;
  const subscribed = { ...absent, clean: false, subscribe: { filter: topic, qos: 1 } } as const;
  (await mqttConnection(subscribed, () => {})).destroy();
  const result = await mqttRoundTrips({
    peer: { url, clientId: newClientId() },
    ...{ outstanding, seconds, requests: queued },
    request: (number) => publication(topic, padded(number), { qos: 1, id: identifier(number) }),
    answered: ({ type, body }) => (type === packetType.puback ? body.readUInt16BE(0) - 1 : undefined),
  });
  (await mqttConnection(absent, () => {})).destroy();
  return result;
}

/** A message of a hundred bytes. */
function padded(number: number): string {
  return String(number).padEnd(100);
}

/** The number that a message of MQTT 3.1.1 tells. */
function toldNumber(packet: Received): number | undefined {
  return packet.type === packetType.publish ? Number(behindTopic(packet).toString()) : undefined;
}

function anyOf({ things = 1 }: Target): string {
  return String(Math.floor(Math.random() * things));
}

function newClientId(): string {
  return `bench-${randomBytes(6).toString('hex')}`;
}

/** A packet identifier: not 0 [MQTT-2.3.1-1]. */
function identifier(number: number): number {
  return 1 + (number % 65_535);
}
