import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../contracts/clock.ts';
import { WotError } from '../contracts/errors.ts';
import { refusalText } from '../contracts/http-refusal.ts';

/** Milliseconds for a closing handshake. */
const closeTimeout = 800;

/** Options of a `WebSocketServer` (package ws) that takes upgrades, and messages of so many bytes. */
export function websocketServer(maxPayload: number, subprotocol: string) {
  // Each part of a message may hold much more memory than its bytes.
  const parts = 64 + Math.ceil(maxPayload / 512);
  const bounds = { maxPayload, maxFragments: parts, maxBufferedChunks: parts, closeTimeout };
  const fixed = { noServer: true, clientTracking: false, perMessageDeflate: false };
  return { ...fixed, ...bounds, handleProtocols: () => subprotocol };
}

/** Milliseconds that a refused peer has to read why. */
const lingerFor = 2000;

/** WotError `invalid` SUBPROTOCOL_MISSING where a handshake does not offer the one that is spoken here. */
export function requireSubprotocol({ headers }: IncomingMessage, name: string): void {
  const offered = headers['sec-websocket-protocol']?.split(',').map((each) => each.trim());
  if (offered?.includes(name)) return;
  const message = `The subprotocol ${name} is spoken here; name it in Sec-WebSocket-Protocol.`;
  throw new WotError('invalid', 'SUBPROTOCOL_MISSING', message);
}

/** What `ws` found wrong with a handshake. */
export function handshakeInvalid({ message }: Error): WotError {
  return new WotError(
    'invalid',
    message.includes('Sec-WebSocket-Version') ? 'WEBSOCKET_VERSION_UNKNOWN' : 'HANDSHAKE_INVALID',
    `This is no WebSocket handshake of RFC 6455: ${message}.`,
  );
}

/** Answers a handshake with a problem (RFC 9457) instead of an upgrade, and ends the connection. */
export function refuseUpgrade(socket: Duplex, error: WotError, clock: Clock): void {
  if (!socket.writable) return void socket.destroy();
  const version = 'Sec-WebSocket-Version: 13'; // RFC 6455 section 4.2.2
  const refusal =
    error.code === 'WEBSOCKET_VERSION_UNKNOWN'
      ? { error, status: 426, headers: ['Connection: close, Upgrade', 'Upgrade: websocket', version] } // RFC 6455 section 4.4
      : { error, headers: ['Connection: close', version] };
  socket.resume();
  socket.end(refusalText(refusal));
  clock.after(lingerFor, () => socket.destroy());
}
