import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RequestMessage } from '../../src/bindings/websocket/messages.ts';

/** A Web Thing Protocol endpoint that does what a test says. */
export interface WebThingPeer {
  readonly href: string;
  /** Handshakes so far. */
  readonly handshakes: readonly IncomingMessage[];
  readonly requests: readonly RequestMessage[];
  readonly sockets: ReadonlySet<WebSocket>;
  /** What happens with a request; set by the test. */
  answer: (request: RequestMessage, socket: WebSocket) => void;
  stop(): Promise<void>;
}

/** Starts one on loopback, on a free port unless one is named. */
export async function startWebThingPeer(port = 0): Promise<WebThingPeer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, handleProtocols: () => 'webthingprotocol' });
  await once(server, 'listening');
  const handshakes: IncomingMessage[] = [];
  const requests: RequestMessage[] = [];
  const peer: WebThingPeer = {
    href: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/things`,
    handshakes,
    requests,
    sockets: server.clients,
    answer: () => undefined,
    async stop() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('connection', (socket, handshake) => {
    handshakes.push(handshake);
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const request = JSON.parse(String(data)) as RequestMessage;
      requests.push(request);
      peer.answer(request, socket);
    });
  });
  return peer;
}

/** Sends the response to a request. */
export function respond(socket: WebSocket, request: RequestMessage, members: object = {}): void {
  const { thingID, operation, name, correlationID } = request;
  const head = { thingID, messageID: randomUUID(), messageType: 'response', operation, name, correlationID };
  socket.send(JSON.stringify({ ...head, ...members }));
}

/** Sends a notification of the subscription that a request began. */
export function notify(socket: WebSocket, request: RequestMessage, members: object): void {
  respond(socket, request, { messageType: 'notification', ...members });
}

/** The TCP socket below, to break or misuse. */
export function rawSocket(socket: WebSocket): Socket {
  return (socket as unknown as { readonly _socket: Socket })._socket;
}
