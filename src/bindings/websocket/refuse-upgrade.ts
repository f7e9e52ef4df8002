import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../contracts/clock.ts';
import { toProblem, type WotError } from '../../contracts/errors.ts';
import { httpStatus } from '../../contracts/http-status.ts';

/** Milliseconds that a refused peer has to read why. */
const lingerFor = 2000;

/** Answers a handshake with a problem (RFC 9457) instead of an upgrade, and ends the connection. */
export function refuseUpgrade(socket: Duplex, error: WotError, clock: Clock): void {
  if (!socket.writable) return void socket.destroy();
  const isVersion = error.code === 'WEBSOCKET_VERSION_UNKNOWN';
  const status = isVersion ? 426 : httpStatus[error.kind]; // RFC 6455 section 4.4
  const { retryAfter } = error.details;
  const body = JSON.stringify(toProblem(error, status));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...(isVersion ? ['Connection: close, Upgrade', 'Upgrade: websocket'] : ['Connection: close']),
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Sec-WebSocket-Version: 13', // RFC 6455 section 4.2.2
    ...(retryAfter === undefined ? [] : [`Retry-After: ${Math.ceil(retryAfter)}`]),
  ];
  socket.resume();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  clock.after(lingerFor, () => socket.destroy());
}
