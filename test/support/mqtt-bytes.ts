import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** An MQTT packet of less than 16 KiB: the first byte, the remaining length, the body (MQTT 3.1.1 section 2.2). */
export function packet(first: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const { length } = body;
  return Buffer.concat([
    Uint8Array.from(length < 128 ? [first, length] : [first, (length & 127) | 128, length >> 7]),
    body,
  ]);
}

/** A length-prefixed string, or any bytes in its place. */
export function field(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Uint8Array.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** CONNECT; `flags` default to a clean session, `level` to MQTT 3.1.1. */
export function connectPacket(
  clientId: string | Uint8Array,
  flags = 2,
  level = 4,
  ...payload: readonly Uint8Array[]
): Buffer {
  const properties = level === 5 ? [0] : [];
  return packet(0x10, field('MQTT'), [level, flags, 0, 30], properties, field(clientId), ...payload);
}

export const publishPacket = (topic: string | Uint8Array, payload: string, first = 0x30): Buffer =>
  packet(first, field(topic), Buffer.from(payload));

export const subscribePacket = (filter: string | Uint8Array): Buffer =>
  packet(0x82, [0, 1], field(filter), [0]);

/** A bare connection that collects what comes: to a TCP port, or one that is given. */
export class RawPeer {
  readonly socket: Duplex;
  #received = Buffer.alloc(0);

  constructor(to: number | Duplex) {
    this.socket = typeof to === 'number' ? connect(to, '127.0.0.1') : to;
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
  }

  send(...packets: readonly Uint8Array[]): this {
    this.socket.write(Buffer.concat(packets));
    return this;
  }

  /** Bytes that came so far. */
  get count(): number {
    return this.#received.length;
  }

  /** Waits for this many bytes in all. */
  async bytes(count: number): Promise<readonly number[]> {
    while (this.#received.length < count) await once(this.socket, 'data');
    return [...this.#received.subarray(0, count)];
  }

  /** Waits until the other side ends the connection; gives all that came. */
  async closed(): Promise<readonly number[]> {
    // An error is one way to close.
    if (!this.socket.closed) await new Promise((resolve) => this.socket.once('close', resolve));
    return [...this.#received];
  }
}
