import { connect } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  /** 0 where the server closed the connection without an answer. */
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Sends bytes to an HTTP server as they are, and reads until it closes; a request must ask for that (`Connection: close`). */
export async function rawHttp(base: string, ...pieces: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  // A server that refuses may close before all is sent.
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const piece of pieces) {
    if (socket.writable && !socket.write(piece)) {
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
    }
  }
  await closed;
  const [head = '', ...rest] = Buffer.concat(chunks).toString().split('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0),
    type: /\r\ncontent-type: (.*)/i.exec(head)?.[1] ?? '',
    body: rest.join('\r\n\r\n'),
  };
}
