/**
 * Follows the packets of an MQTT byte stream by their fixed headers (MQTT 3.1.1 section 2.2), so that an oversized one
 * is refused by its declared length, before a byte of it is buffered.
 */
export class PacketCounter {
  readonly #maxPacket: number;
  /** Bytes of the present packet that are still to come; 0 = in a header. */
  #remaining = 0;
  /** Bytes of the present header so far. */
  #header = 0;
  #length = 0;

  constructor(maxPacket: number) {
    this.#maxPacket = maxPacket;
  }

  /** Bytes that are known to be missing of the present packet. */
  get missing(): number {
    return this.#remaining;
  }

  /** Takes the next bytes, and tells behind which of them a packet ends; says what is wrong with them, if anything is. */
  accept(chunk: Uint8Array, ended?: (end: number) => void): string | undefined {
    for (let index = 0; index < chunk.length; ) {
      if (this.#remaining > 0) {
        const taken = Math.min(this.#remaining, chunk.length - index);
        this.#remaining -= taken;
        index += taken;
      } else {
        const fault = this.#acceptHeader(chunk[index++] ?? 0);
        if (fault !== undefined) return fault;
      }
      if (this.#remaining === 0 && this.#header === 0) ended?.(index);
    }
    return undefined;
  }

  #acceptHeader(byte: number): string | undefined {
    if (this.#header++ === 0) {
      this.#length = 0;
      return undefined;
    }
    // Section 2.2.3: seven bits a byte, lowest first, at most four bytes
    this.#length += (byte & 0x7f) * 128 ** (this.#header - 2);
    if (this.#length > this.#maxPacket) {
      return `a packet of ${this.#length} bytes or more is larger than the limit of ${this.#maxPacket}`;
    }
    if (byte >= 0x80) return this.#header > 4 ? 'the remaining length has more than four bytes' : undefined;
    this.#header = 0;
    this.#remaining = this.#length;
    return undefined;
  }
}
