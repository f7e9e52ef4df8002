import { setTimeout as delay } from 'node:timers/promises';
import { field, packet, RawPeer } from './mqtt-bytes.ts';

/** How long a packet may be in coming. */
const patience = 3000;

/** A message to publish; `id` is its packet identifier where its QoS is not 0. */
export interface Publication {
  readonly qos?: 0 | 1 | 2;
  readonly id?: number;
  readonly retain?: boolean;
  readonly dup?: boolean;
}

export function publication(topic: string, text: string, options: Publication = {}): Buffer {
  const { qos = 0, id = 1, retain = false, dup = false } = options;
  const first = 0x30 | (Number(dup) << 3) | (qos << 1) | Number(retain);
  return packet(first, field(topic), qos === 0 ? [] : bytesOf(id), Buffer.from(text));
}

/** SUBSCRIBE with filters and their QoS. */
export function subscription(id: number, filters: Readonly<Record<string, number>>): Buffer {
  return packet(0x82, bytesOf(id), ...Object.entries(filters).flatMap(([each, qos]) => [field(each), [qos]]));
}

export const unsubscription = (id: number, ...filters: readonly string[]): Buffer =>
  packet(0xa2, bytesOf(id), ...filters.map(field));

export const puback = (id: number): Buffer => packet(0x40, bytesOf(id));
export const pubrec = (id: number): Buffer => packet(0x50, bytesOf(id));
export const pubrel = (id: number): Buffer => packet(0x62, bytesOf(id));
export const pubcomp = (id: number): Buffer => packet(0x70, bytesOf(id));
export const pingreq = packet(0xc0);
export const disconnect = packet(0xe0);

/** A bare connection to a broker that reads what comes packet by packet. */
export class MqttPeer extends RawPeer {
  #read = 0;
  /** The packet identifier of the last PUBLISH that was read. */
  id = 0;

  /** The next packet in words, such as `PUBLISH topic=payload QoS 1 DUP RETAIN` or `SUBACK 1: 0 128`; `end` of the connection. */
  async next(): Promise<string> {
    const waiting = new AbortController();
    const late = delay(patience, undefined, waiting).then(() => Promise.reject(new Error('nothing came')));
    try {
      return await Promise.race([this.#next(), late]);
    } finally {
      waiting.abort();
      late.catch(() => {});
    }
  }

  /** The next packets. */
  async take(count: number): Promise<readonly string[]> {
    const packets: string[] = [];
    while (packets.length < count) packets.push(await this.next());
    return packets;
  }

  async #next(): Promise<string> {
    const start = this.#read;
    const header = await this.#until(start + 2);
    if (!header) return 'end';
    const [first = 0, length = 0] = header.slice(start);
    const all = await this.#until(start + 2 + length);
    if (!all || length > 127) return 'end';
    this.#read = start + 2 + length;
    return this.#inWords(first, Buffer.from(all.slice(start + 2)));
  }

  async #until(count: number): Promise<readonly number[] | undefined> {
    if (this.count >= count) return this.bytes(count);
    // A connection that is reset fails where it is read.
    const bytes = await Promise.race([this.bytes(count).catch(() => this.closed()), this.closed()]);
    return bytes.length >= count ? bytes : undefined;
  }

  #inWords(first: number, body: Buffer): string {
    const type = types[first >> 4] ?? first;
    if (type === 'PUBLISH') return this.#published(first, body);
    if (type === 'PINGRESP') return type;
    if (type === 'CONNACK') return `CONNACK ${body[1]}${body[0] === 1 ? ' present' : ''}`;
    const codes = body.length > 2 ? `: ${body.subarray(2).join(' ')}` : '';
    return `${type} ${body.readUInt16BE(0)}${codes}`;
  }

  #published(first: number, body: Buffer): string {
    const topicEnd = 2 + body.readUInt16BE(0);
    const qos = (first >> 1) & 3;
    this.id = qos === 0 ? 0 : body.readUInt16BE(topicEnd);
    const payload = body.subarray(topicEnd + (qos === 0 ? 0 : 2));
    const flags = [qos > 0 && ` QoS ${qos}`, (first & 8) > 0 && ' DUP', (first & 1) > 0 && ' RETAIN'];
    return `PUBLISH ${body.subarray(2, topicEnd)}=${payload}${flags.filter(Boolean).join('')}`;
  }
}

const types: Readonly<Record<number, string>> = {
  2: 'CONNACK',
  3: 'PUBLISH',
  4: 'PUBACK',
  5: 'PUBREC',
  6: 'PUBREL',
  7: 'PUBCOMP',
  9: 'SUBACK',
  11: 'UNSUBACK',
  13: 'PINGRESP',
};

function bytesOf(id: number): readonly number[] {
  return [id >> 8, id & 255];
}
