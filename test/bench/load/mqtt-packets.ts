import { field, packet } from '../../support/mqtt-bytes.ts';

/** MQTT control packet types (MQTT 3.1.1 section 2.2.1). */
export const packetType = { connack: 2, publish: 3, puback: 4, suback: 9 } as const;

/** A packet behind its fixed header. */
export interface Received {
  readonly type: number;
  readonly qos: number;
  readonly body: Buffer;
}

/** Gives the whole packets of a byte stream that end in each chunk. */
export function packetReader(): (chunk: Buffer) => readonly Received[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const packets: Received[] = [];
    let start = 0;
    for (let end = endOf(bytes, start); end <= bytes.length; end = endOf(bytes, start)) {
      const [first = 0] = bytes.subarray(start, start + 1);
      const body = bytes.subarray(bodyOf(bytes, start), end);
      packets.push({ type: first >> 4, qos: (first >> 1) & 3, body });
      start = end;
    }
    rest = bytes.subarray(start);
    return packets;
  };
}

function bodyOf(bytes: Buffer, start: number): number {
  let at = start + 1;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}

/** Beyond the bytes where the packet, or its header, is not whole. */
function endOf(bytes: Buffer, start: number): number {
  const body = bodyOf(bytes, start);
  if (body > bytes.length) return Number.POSITIVE_INFINITY;
  let length = 0;
  for (let at = body - 1; at > start; at--) length = length * 128 + ((bytes[at] ?? 0) & 0x7f);
  return body + length;
}

/** The topic of a PUBLISH, and what follows: a packet identifier where its QoS is above 0. */
export function topicOf({ body }: Received): string {
  return body.toString('utf8', 2, 2 + body.readUInt16BE(0));
}

/** What stands behind topic and packet identifier: of MQTT 3.1.1 the payload, of 5 the properties before it. */
export function behindTopic({ body, qos }: Received): Buffer {
  return body.subarray(2 + body.readUInt16BE(0) + (qos > 0 ? 2 : 0));
}

/** What acknowledges a PUBLISH of QoS 1. */
export function acknowledgement({ body }: Received): Buffer {
  const at = 2 + body.readUInt16BE(0);
  return packet(packetType.puback << 4, body.subarray(at, at + 2));
}

/** SUBSCRIBE of MQTT 3.1.1 or, with no properties, 5. */
export function subscription(filter: string, qos: 0 | 1, version: 4 | 5 = 4): Buffer {
  return packet(0x82, [0, 1], version === 5 ? [0] : [], field(filter), [qos]);
}

/** A request of MQTT 5 that wants its result at a topic. */
export function request5(topic: string, payload: string, responseTopic: string): Buffer {
  // MQTT 5 sections 3.3.2.3.5 and 3.3.2.3.6
  const properties = Buffer.concat([Buffer.from([8]), field(responseTopic), Buffer.from([9]), field('1')]);
  return packet(0x30, field(topic), [properties.length], properties, Buffer.from(payload));
}
