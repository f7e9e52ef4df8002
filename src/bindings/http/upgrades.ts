import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { UpgradeRoute } from '../../contracts/http-route.ts';
import { decodeComponent } from '../../td/percent-encoding.ts';
import { canonical } from './routes.ts';

/** The parts that take connections over, by path. */
export class Upgrades {
  readonly #routes = new Set<UpgradeRoute>();

  add(route: UpgradeRoute): () => void {
    this.#routes.add(route);
    return () => void this.#routes.delete(route);
  }

  /** WotError `invalid` for a malformed path. */
  find(path: string): UpgradeRoute | undefined {
    const known = canonical(path.split('/').map(decodeComponent));
    return [...this.#routes].find((route) => route.matches(known));
  }
}

/** Lets a connection that breaks break nothing else; once, however often it asks for an upgrade. */
export function endOnError(socket: Duplex): void {
  socket.off('error', end).on('error', end);
}

function end(this: Duplex): void {
  this.destroy();
}

/** Whether a request may be answered with a WebSocket: RFC 6455 section 4.1, and not over HTTP/1.0 (RFC 9110 section 7.8). */
export function wantsWebSocket({ method, httpVersion, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' && httpVersion === '1.1' && /(^|,)\s*websocket\s*(,|$)/i.test(headers.upgrade ?? '')
  );
}

/**
 * Serves a request as if it had not asked for another protocol (RFC 9110 section 7.8), as `curl --http2` does: the
 * server reads it once more, without that header.
 */
export function ignoreUpgrade(server: Server, { request, socket, head }: UpgradeParts): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'upgrade') continue;
    text += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
}

/** What node's `upgrade` event tells. */
export interface UpgradeParts {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}
