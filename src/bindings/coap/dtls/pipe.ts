import type { Writable } from 'node:stream';

/** Receives what the other side of a pipe writes. */
export interface PipeListener<N> {
  note(note: N): void;
  /** The bytes are the listener's own. */
  message(session: number, bytes: Buffer): void;
}

// A frame is the length of the rest (4 bytes), the number of the session (4 bytes), and a message of this session;
// for session 0, which no session has, a note in JSON.
const headerBytes = 8;
/** What waits for a side that does not read; more messages are dropped, as UDP would. */
const waitingAtMost = 4 * 1024 * 1024;

/** Writes notes and messages to a pipe, those of one turn of the event loop together. */
export class PipeWriter<N extends object> {
  readonly #pipe: Writable;
  #batch: Buffer[] = [];
  #batchBytes = 0;

  constructor(pipe: Writable) {
    this.#pipe = pipe;
  }

  note(note: N): void {
    this.#push(0, Buffer.from(JSON.stringify(note)));
  }

  /** Copies the bytes; false where the other side does not keep up and the message is dropped. */
  message(session: number, bytes: Uint8Array): boolean {
    // What a peer says must never be taken for a note.
    if (session === 0 || this.#pipe.writableLength + this.#batchBytes > waitingAtMost) return false;
    this.#push(session, bytes);
    return true;
  }

  /** Ends the pipe after what was written. */
  end(): void {
    setImmediate(() => this.#pipe.end());
  }

  #push(session: number, bytes: Uint8Array): void {
    const frame = Buffer.allocUnsafe(headerBytes + bytes.length);
    frame.writeUInt32BE(frame.length - 4, 0);
    frame.writeUInt32BE(session, 4);
    frame.set(bytes, headerBytes);
    if (this.#batch.length === 0) setImmediate(() => this.#flush());
    this.#batch.push(frame);
    this.#batchBytes += frame.length;
  }

  #flush(): void {
    const batch = Buffer.concat(this.#batch);
    this.#batch = [];
    this.#batchBytes = 0;
    if (this.#pipe.writable) this.#pipe.write(batch);
  }
}

/** Takes frames out of what a pipe carries. */
export class PipeReader<N> {
  readonly #listener: PipeListener<N>;
  #rest = Buffer.alloc(0);

  constructor(listener: PipeListener<N>) {
    this.#listener = listener;
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    while (from + headerBytes <= bytes.length) {
      const to = from + 4 + bytes.readUInt32BE(from);
      if (to > bytes.length) break;
      const content = bytes.subarray(from + headerBytes, to);
      const session = bytes.readUInt32BE(from + 4);
      if (session === 0) this.#listener.note(JSON.parse(content.toString()) as N);
      else this.#listener.message(session, Buffer.from(content));
      from = to;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
  }
}
