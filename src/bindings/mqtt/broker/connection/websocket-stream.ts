import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** Bytes that may wait for a peer that does not read what answers its pings. */
const controlBacklog = 1024 * 1024;

/** What a control frame has beside its payload: header and mask (RFC 6455 section 5.2). */
const controlHeader = 6;

/**
 * The bytes of MQTT over a WebSocket, in binary frames only [MQTT-6.0.0-1]; what is written is done when the socket has
 * it. Its event `unfinished` tells the bytes of a message that came over `transport` and is not whole yet.
 */
export function websocketStream(socket: WebSocket, transport?: Duplex): Duplex {
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (bytes: Buffer, _encoding, done) => socket.send(bytes, done),
    final(done) {
      socket.close(1000);
      done();
    },
    destroy(error, done) {
      socket.close();
      socket.terminate();
      done(error);
    },
  });
  let unfinished = 0;
  const count = (bytes: number) => {
    unfinished = bytes;
    stream.emit('unfinished', bytes);
  };
  // Before `ws` hears it, and tells of the messages that are whole with it.
  transport?.prependListener('data', (bytes: Buffer) => count(unfinished + bytes.length));
  const control = ({ length }: Buffer) => count(Math.max(0, unfinished - controlHeader - length));
  socket.on('ping', control).on('pong', control);
  socket.on('message', (bytes: Buffer, isBinary) => {
    count(0);
    if (!isBinary) stream.destroy(new Error('MQTT over WebSocket comes in binary frames'));
    else if (!stream.push(bytes)) socket.pause();
  });
  socket.on('ping', () => {
    if (socket.bufferedAmount > controlBacklog) stream.destroy(new Error('the peer does not read its pongs'));
  });
  socket.once('error', (error) => stream.destroy(error));
  socket.once('close', () => stream.destroy());
  return stream;
}
