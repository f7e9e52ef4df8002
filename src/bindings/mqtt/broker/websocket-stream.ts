import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** Bytes that may wait for a peer that does not read what answers its pings. */
const controlBacklog = 1024 * 1024;

/** The bytes of MQTT over a WebSocket, in binary frames only [MQTT-6.0.0-1]; what is written is done when the socket has it. */
export function websocketStream(socket: WebSocket): Duplex {
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
  socket.on('message', (bytes: Buffer, isBinary) => {
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
