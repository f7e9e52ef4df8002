import type { ServerResponse } from 'node:http';
import { asReadable, type PayloadStream } from '../../../interaction/declared-payload.ts';
import type { ServerExchange } from './server-exchange.ts';

/**
 * Answers with a stream at the pace of the peer, and ends its source when the peer goes. What fails before the first piece
 * can still be answered; later the rejection must cut the connection, so that nobody takes the part for the whole.
 */
export async function sendStream(
  exchange: ServerExchange,
  type: string,
  stream: PayloadStream,
): Promise<void> {
  const { request, response } = exchange;
  const source = asReadable(stream);
  // Of a response that is over before, nothing is told any more.
  let gone = request.socket.destroyed;
  response.once('close', () => {
    gone = true;
    source.destroy();
  });
  const begin = () => response.headersSent || exchange.writeHead(200, { 'content-type': type });
  // HEAD asks for the head alone: the source is not begun.
  if (request.method === 'HEAD' || gone) source.destroy();
  else {
    try {
      for await (const piece of source) {
        begin();
        if (!response.write(piece)) await drained(response);
      }
    } catch (cause) {
      if (!gone) throw new Error('The stream of a payload failed', { cause });
    }
  }
  if (gone) return;
  begin();
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}
