import { type WebSocket, WebSocketServer } from 'ws';
import { benchId, type Target } from '../bench-messages.ts';
import { listening, withBody } from './bare-http.ts';

/** ws that sends back what it receives, and each event to all. */
export async function bareWebsocket(): Promise<Target> {
  const readers = new Set<WebSocket>();
  const { server, url } = await listening((request, response) => {
    withBody(request, (body) => {
      for (let beat = 0; beat < Number(body); beat++) {
        const text = JSON.stringify({ ...notification, timestamp: new Date().toISOString(), data: beat });
        for (const reader of readers) reader.send(text);
      }
      response.writeHead(204).end();
    });
  });
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
    readers.add(socket);
    socket.on('message', (message, binary) => socket.send(message, { binary }));
    socket.on('close', () => readers.delete(socket));
  });
  return { url: url.replace('http', 'ws'), invoke: url };
}

const notification = {
  thingID: benchId,
  messageID: '00632b7f-8f9e-4c3a-8000-000000000000',
  messageType: 'notification',
  operation: 'subscribeevent',
  name: 'beat',
  correlationID: 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6',
};
