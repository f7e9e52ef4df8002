import { PacketCounter } from '../../connection/packet-counter.ts';

const nothing = Buffer.alloc(0);

/** Puts the packets of an MQTT byte stream together, so that one in a million pieces takes no more room than its bytes. */
export class WholePackets {
  readonly #counter: PacketCounter;
  readonly #check: (packet: Buffer) => void;
  /** The beginning of the present packet, and room for more of it. */
  #begun = nothing;
  #size = 0;

  /** `check` throws where a packet is malformed. */
  constructor(maxPacket: number, check: (packet: Buffer) => void) {
    this.#counter = new PacketCounter(maxPacket);
    this.#check = check;
  }

  /** Bytes taken by a packet that is not whole yet. */
  get held(): number {
    return this.#begun.length;
  }

  /** Takes the next bytes; gives those of the packets that are whole now. Throws at a malformed or oversized one. */
  accept(chunk: Buffer): readonly Buffer[] {
    const whole: Buffer[] = [];
    let from = 0;
    let start = 0;
    const fault = this.#counter.accept(chunk, (end) => {
      const isBegun = this.#size > 0;
      const packet = isBegun ? this.#end(chunk.subarray(0, end)) : chunk.subarray(start, end);
      this.#check(packet);
      if (isBegun) {
        whole.push(packet);
        from = end;
      }
      start = end;
    });
    if (fault !== undefined) throw new Error(fault);
    if (start > from) whole.push(chunk.subarray(from, start));
    if (start < chunk.length) this.#hold(chunk.subarray(start));
    return whole;
  }

  #end(rest: Buffer): Buffer {
    this.#hold(rest);
    const packet = this.#begun.subarray(0, this.#size);
    this.#begun = nothing;
    this.#size = 0;
    return packet;
  }

  #hold(bytes: Buffer): void {
    const size = this.#size + bytes.length;
    if (size > this.#begun.length) {
      const room = Buffer.allocUnsafeSlow(Math.min(2 * size, size + this.#counter.missing));
      this.#begun.copy(room, 0, 0, this.#size);
      this.#begun = room;
    }
    bytes.copy(this.#begun, this.#size);
    this.#size = size;
  }
}
