import { connectPacket } from '../../support/mqtt-bytes.ts';
import { publication } from '../../support/mqtt-peer.ts';
import type { Load, LoadResult } from '../bench-messages.ts';
import { fanOutLoad } from './fan-out-load.ts';
import { mqttConnection } from './mqtt-connection.ts';
import { acknowledgement, packetReader, packetType, subscription } from './mqtt-packets.ts';

/** Deliveries that a batch is to have at least, so that asking for it costs little. */
const leastDeliveries = 250;

/** Receives events as MQTT messages, asked for by an action without result. */
export async function mqttEvents(load: Load): Promise<LoadResult> {
  const { target, qos = 0, subscribers } = load;
  const { invoke = '', event = '', invokeLasting = '', lastingEvent = '' } = target;
  const [action, topic] = qos === 1 ? [invokeLasting, lastingEvent] : [invoke, event];
  const asker = await mqttConnection({ url: target.url, clientId: 'asker' }, () => {});
  // Without a client id the broker gives one.
  const opening = Buffer.concat([connectPacket(''), subscription(topic, qos)]);
  const result = await fanOutLoad(load, {
    opening,
    counter: packetCounter,
    batch: Math.max(5, Math.ceil(leastDeliveries / subscribers)),
    async ask(count) {
      asker.write(publication(action, String(count)));
    },
  });
  asker.destroy();
  return result;
}

/** Counts SUBACK and PUBLISH, and acknowledges what has QoS 1. */
function packetCounter(answer: (bytes: Buffer) => void): (chunk: Buffer) => number {
  const read = packetReader();
  return (chunk) => {
    const packets = read(chunk);
    const acknowledged = packets.filter(({ type, qos }) => type === packetType.publish && qos === 1);
    if (acknowledged.length > 0) answer(Buffer.concat(acknowledged.map(acknowledgement)));
    return packets.filter(({ type }) => type === packetType.suback || type === packetType.publish).length;
  };
}
