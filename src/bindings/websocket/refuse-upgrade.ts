import type { Duplex } from 'node:stream';
import type { Clock } from '../../contracts/clock.ts';
import type { WotError } from '../../contracts/errors.ts';
import { refusalText } from '../../contracts/http-refusal.ts';

/** Milliseconds that a refused peer has to read why. */
const lingerFor = 2000;

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
