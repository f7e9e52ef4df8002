import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { BindingHost } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { HttpSide } from '../../../contracts/http-route.ts';
import { asWotError } from '../../../interaction/as-wot-error.ts';
import {
  handshakeInvalid,
  refuseUpgrade,
  requireSubprotocol,
  websocketServer,
} from '../../../security/websocket-handshake.ts';
import { websocketStream } from '../broker/connection/websocket-stream.ts';
import type { EmbeddedBroker } from '../broker/embedded-broker.ts';

const endpoint = '/mqtt';
const subprotocol = 'mqtt';
/** HTTP servers that have one. */
const served = new WeakSet<HttpSide>();

/** Where the broker is reached over WebSocket. */
export interface WebSocketDoor {
  /** `ws://host:port/mqtt`. */
  readonly url: string;
  /** Takes no more connections. */
  close(): void;
}

/** The HTTP server that MQTT over WebSocket shares; WotError `invalid` HTTP_MISSING, `conflict` MQTT_WEBSOCKET_TWICE. */
export function websocketSide({ httpSide }: BindingHost): HttpSide {
  if (httpSide === undefined) {
    const message =
      'MQTT over WebSocket shares the port of HTTP, which has not started; put http() before mqtt({ websocket: true }) in bindings.';
    throw new WotError('invalid', 'HTTP_MISSING', message);
  }
  if (!served.has(httpSide)) return httpSide;
  const message = `${httpSide.base} serves MQTT over WebSocket already; put one mqtt({ websocket: true }) into bindings.`;
  throw new WotError('conflict', 'MQTT_WEBSOCKET_TWICE', message);
}

/** Takes MQTT over WebSocket (MQTT 3.1.1 chapter 6) at `/mqtt` of an HTTP server. */
export async function openWebSocket(
  side: HttpSide,
  broker: EmbeddedBroker,
  { logger, clock }: BindingHost,
  maxPacket: number,
): Promise<WebSocketDoor> {
  const { WebSocketServer } = await import('ws');
  // A message may hold several packets.
  const server = new WebSocketServer(websocketServer(2 * maxPacket, subprotocol)); // [MQTT-6.0.0-4]
  server.on('wsClientError', (error, socket) => refuseUpgrade(socket, handshakeInvalid(error), clock));

  function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { socket } = request;
    stream.on('error', () => stream.destroy());
    try {
      requireSubprotocol(request, subprotocol); // [MQTT-6.0.0-3]
      if (!broker.admission.admits(socket)) throw connectionsExhausted();
      server.handleUpgrade(request, stream, head, (websocket) =>
        broker.serve(websocketStream(websocket, stream), { address: socket.remoteAddress ?? '' }),
      );
    } catch (error) {
      const what = 'The MQTT broker failed to open a WebSocket';
      refuseUpgrade(stream, asWotError(error, logger, { code: 'INTERNAL', what }), clock);
    }
  }

  const takeOff = side.addUpgrade({ matches: (path) => path === endpoint, upgrade });
  served.add(side);
  return {
    url: side.base.replace(/^http/, 'ws') + endpoint,
    close() {
      takeOff();
      served.delete(side);
    },
  };
}

function connectionsExhausted(): WotError {
  const message = 'The MQTT broker has too many connections; close some, or try again later.';
  return new WotError('overloaded', 'CONNECTIONS_EXHAUSTED', message, { retryAfter: 30 });
}
