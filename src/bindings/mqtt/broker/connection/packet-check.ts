import { isUtf8 } from 'node:buffer';

const protocolName = Buffer.from('\0\x04MQTT');
/** Filters of one packet: an answer for each is made before anything else. */
const mostFilters = 2000;

/** Throws where a client's packet has faults that the parser passes over (MQTT 3.1.1 chapter 3); the connection is to end [MQTT-4.8.0-1]. */
export function checkPacket(packet: Buffer): void {
  const type = (packet[0] ?? 0) >> 4;
  const body = new Body(packet);
  checks[type]?.(body, packet[0] ?? 0);
}

/** A CONNECT of a protocol version that is not spoken here. */
export class UnknownLevel extends Error {
  /** The answer before the end [MQTT-3.1.2-2]. */
  readonly connack = Buffer.of(0x20, 2, 0, 1);
}

const checks: Readonly<Record<number, (body: Body, first: number) => void>> = {
  1: checkConnect,
  3: checkPublish,
  4: checkAcknowledgement,
  5: checkAcknowledgement,
  6: checkAcknowledgement,
  7: checkAcknowledgement,
  8: (body) => checkFilters(body, 1),
  10: (body) => checkFilters(body, 0),
  12: (body) => body.end(),
  14: (body) => body.end(),
};

function checkConnect(body: Body): void {
  if (!body.goesOnWith(protocolName)) throw new Error('the protocol is not MQTT 3.1.1'); // [MQTT-3.1.2-1]
  body.string();
  const level = body.byte();
  if (level !== 4) throw new UnknownLevel(`the protocol level is ${level}`);
  const flags = body.byte();
  body.skip(2);
  body.string();
  const hasUser = (flags & 0x80) !== 0;
  const hasPassword = (flags & 0x40) !== 0;
  if ((flags & 0x18) === 0x18) throw new Error('the QoS of the will is 3'); // [MQTT-3.1.2-14]
  if (hasPassword && !hasUser) throw new Error('there is a password without a user name'); // [MQTT-3.1.2-22]
  const strings = ((flags & 4) >> 2) * 2 + Number(hasUser) + Number(hasPassword);
  for (let count = 0; count < strings; count++) body.string();
  body.end();
}

function checkPublish(body: Body, first: number): void {
  body.string();
  if ((first & 6) !== 0) body.identifier();
  else if ((first & 8) !== 0) throw new Error('DUP is set with QoS 0'); // [MQTT-3.3.1-2]
}

function checkAcknowledgement(body: Body): void {
  body.identifier();
  body.end();
}

function checkFilters(body: Body, optionBytes: number): void {
  body.identifier();
  if (body.isAtEnd) throw new Error('there is no topic filter'); // [MQTT-3.8.3-3], [MQTT-3.10.3-2]
  for (let count = 1; !body.isAtEnd; count++) {
    if (count > mostFilters) throw new Error(`there are more than ${mostFilters} topic filters`);
    body.text();
    body.skip(optionBytes);
  }
}

/** A packet behind its fixed header, read from front to back. */
class Body {
  readonly #packet: Buffer;
  #at = 1;

  constructor(packet: Buffer) {
    this.#packet = packet;
    while ((packet[this.#at++] ?? 0) >= 0x80);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#packet.length;
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#packet.length) throw new Error('the packet is shorter than what it must hold');
  }

  byte(): number {
    this.skip(1);
    return this.#packet[this.#at - 1] ?? 0;
  }

  goesOnWith(bytes: Uint8Array): boolean {
    return this.#packet.subarray(this.#at, this.#at + bytes.length).equals(bytes);
  }

  /** Passes over a string or binary data (section 1.5.3). */
  string(): void {
    this.skip(2);
    this.skip(this.#packet.readUInt16BE(this.#at - 2));
  }

  /** Passes over a string of well-formed UTF-8 without NUL [MQTT-1.5.3-1], [MQTT-1.5.3-2]. */
  text(): void {
    const start = this.#at + 2;
    this.string();
    const bytes = this.#packet.subarray(start, this.#at);
    if (!isUtf8(bytes) || bytes.includes(0)) throw new Error('a topic filter is malformed');
  }

  identifier(): void {
    this.skip(2);
    if (this.#packet.readUInt16BE(this.#at - 2) === 0) throw new Error('the packet identifier is 0'); // [MQTT-2.3.1-1]
  }

  end(): void {
    if (!this.isAtEnd) throw new Error('the packet is longer than what it holds');
  }
}
