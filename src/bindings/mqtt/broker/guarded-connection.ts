import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { PacketCounter } from './packet-counter.ts';

/** A client's connection as the broker sees it: no oversized packet gets in, and what goes out leaves in few writes. */
export function guardedConnection(socket: Socket, maxPacket: number): Duplex {
  const counter = new PacketCounter(maxPacket);
  let batch: { readonly bytes: Buffer; readonly done: (error?: Error | null) => void } | undefined;

  /** Each write is a system call: packets that follow at once wait for the turn's end and leave together. */
  function send(bytes: Buffer, done: (error?: Error | null) => void): void {
    batch = { bytes, done };
    setImmediate(flush);
  }

  function flush(): void {
    if (batch) socket.write(batch.bytes, batch.done);
    batch = undefined;
  }

  const connection = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => send(chunk, done),
    writev: (chunks, done) => send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done),
    final: (done) => void socket.end(done),
    destroy(error, done) {
      flush(); // a refusal is told before the end
      socket.destroy();
      done(error);
    },
  });
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    const fault = counter.accept(chunk);
    if (fault !== undefined) connection.destroy(new Error(fault));
    else if (!connection.push(chunk)) socket.pause();
  });
  socket.once('end', () => connection.push(null));
  socket.once('error', (error) => connection.destroy(error));
  socket.once('close', () => connection.destroy());
  return connection;
}
