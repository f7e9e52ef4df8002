import { Duplex } from 'node:stream';
import type { PeerIdentity } from '../../../../contracts/access.ts';
import type { ClientBounds } from '../../../../security/client-bounds.ts';
import { checkPacket, UnknownLevel } from './packet-check.ts';
import { WholePackets } from './whole-packets.ts';

/** Who is at the other end of a connection. */
export interface Caller {
  /** The remote address. */
  readonly address: string;
  /** What TLS proved. */
  readonly peer?: PeerIdentity;
}

/** A client's connection as the broker sees it. */
export type GuardedConnection = Duplex & Caller;

export interface ConnectionBounds {
  /** Bytes of one packet after its fixed header. */
  readonly maxPacket: number;
  /** Bytes of packets that are not whole yet, of all connections. */
  readonly unfinished: ClientBounds;
}

/** Only whole, well-formed packets within the bounds get in, and what goes out leaves in few writes. */
export function guardedConnection(
  stream: Duplex,
  caller: Caller,
  { maxPacket, unfinished }: ConnectionBounds,
): GuardedConnection {
  const packets = new WholePackets(maxPacket, checkPacket);
  const held = new HeldBytes(unfinished, caller.address);
  let batch: { readonly bytes: Buffer; readonly done: (error?: Error | null) => void } | undefined;

  /** Each write is a system call: packets that follow at once wait for the turn's end and leave together. */
  function send(bytes: Buffer, done: (error?: Error | null) => void): void {
    batch = { bytes, done };
    setImmediate(flush);
  }

  function flush(): void {
    if (batch) stream.write(batch.bytes, batch.done);
    batch = undefined;
  }

  function receive(chunk: Buffer): void {
    let hasRoom = true;
    for (const packet of packets.accept(chunk)) hasRoom = connection.push(packet);
    held.here = packets.held;
    if (!hasRoom) stream.pause();
  }

  function attempt(work: () => void): void {
    if (connection.destroyed) return;
    try {
      work();
    } catch (error) {
      connection.destroy(answered(error as Error, stream));
    }
  }

  const connection = new Duplex({
    read: () => void stream.resume(),
    write: (chunk: Buffer, _encoding, done) => send(chunk, done),
    writev: (chunks, done) => send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done),
    final: (done) => void stream.end(done),
    destroy(error, done) {
      flush(); // a refusal is told before the end
      stream.destroy();
      held.release();
      done(error);
    },
  });
  stream.on('data', (chunk: Buffer) => attempt(() => receive(chunk)));
  stream.on('unfinished', (bytes: number) =>
    attempt(() => {
      held.below = bytes;
    }),
  );
  stream.once('end', () => connection.push(null));
  stream.once('error', (error) => connection.destroy(error));
  stream.once('close', () => connection.destroy());
  return Object.assign(connection, caller);
}

/** What of a connection's packets is not whole yet; throws where that is too much. */
class HeldBytes {
  readonly #bounds: ClientBounds;
  readonly #address: string;
  #here = 0;
  #below = 0;

  constructor(bounds: ClientBounds, address: string) {
    this.#bounds = bounds;
    this.#address = address;
  }

  set here(bytes: number) {
    this.#change(bytes, this.#below);
  }

  /** What the way here holds back: a message of a WebSocket. */
  set below(bytes: number) {
    this.#change(this.#here, bytes);
  }

  release(): void {
    this.#change(0, 0);
  }

  #change(here: number, below: number): void {
    const change = here + below - this.#here - this.#below;
    this.#here = here;
    this.#below = below;
    if (change === 0) return;
    if (change > 0) this.#bounds.take(this.#address, change);
    else this.#bounds.give(this.#address, -change);
    if (change > 0 && this.#bounds.exceeded(this.#address, 0))
      throw new Error('too much is sent that is no whole packet yet');
  }
}

/** Tells the other end of a fault that MQTT 3.1.1 has an answer for. */
function answered(fault: Error, stream: Duplex): Error {
  if (fault instanceof UnknownLevel) stream.write(fault.connack);
  return fault;
}
