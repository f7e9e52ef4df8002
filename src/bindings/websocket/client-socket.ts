import type { IncomingMessage } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { decodeContent } from '../../codec/registry.ts';
import type { Clock } from '../../contracts/clock.ts';
import { fromProblem, WotError } from '../../contracts/errors.ts';
import { kindOfStatus, retryAfterOf } from '../../contracts/http-status.ts';
import { webThingProtocol } from './messages.ts';

export interface SocketOptions {
  /** Of the handshake. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of one message from the peer. */
  readonly maxMessage: number;
  /** Certificates in PEM of all authorities that are trusted, where those are not the system's. */
  readonly ca?: string[];
  readonly clock: Clock;
}

/** What a connection tells; `closed` comes once, last, and also where it never opened. */
export interface SocketListener {
  opened(): void;
  /** A text; undefined for a binary message, which means nothing (Web Thing Protocol, section 5.1). */
  message(body: Uint8Array | undefined): void;
  /** The peer answered a ping. */
  pong(): void;
  closed(reason: WotError): void;
}

/** A WebSocket, open or opening; the one place that knows which library it is. */
export interface ClientSocket {
  send(body: Uint8Array): void;
  ping(): void;
  /** Closes in peace, within a second. */
  close(): void;
  terminate(): void;
}

// RFC 6455 section 7.4.1
const goodbye = 1000;
const messageTooBig = 1009;

const longestProblem = 64 * 1024;

/** Opens a connection; throws WotError `invalid` REQUEST_INVALID for what is no WebSocket address. */
export function openSocket(href: string, options: SocketOptions, listener: SocketListener): ClientSocket {
  const socket = createSocket(href, options);
  let reason: WotError | undefined;
  let isOpen = false;
  socket.on('open', () => {
    isOpen = true;
    listener.opened();
  });
  socket.on('message', (data, isBinary) => listener.message(isBinary ? undefined : (data as Buffer)));
  socket.on('pong', () => listener.pong());
  socket.on('unexpected-response', (_, response) => {
    void refusalOf(href, response, options.clock).then((refusal) => {
      reason = refusal;
      socket.terminate();
    });
  });
  socket.on('error', (error) => {
    reason ??= isOpen ? lossOf(href, error, options.maxMessage) : notConnected(href, error);
  });
  socket.on('close', (code, text) => {
    listener.closed(reason ?? closedBy(href, code, String(text)));
  });
  return {
    send: (body) => socket.send(body, { binary: false }, ignore),
    ping: () => socket.ping(undefined, undefined, ignore),
    close: () => socket.close(goodbye),
    terminate: () => socket.terminate(),
  };
}

/** The connection went away before the answer came. */
export function connectionLost(href: string, why: string): WotError {
  const message = `The connection to ${href} was lost before the answer came (${why}); check that the Thing still runs and is reachable from here.`;
  return new WotError('unavailable', 'CONNECTION_LOST', message, { href });
}

/** What could not be sent shows in the end of the connection. */
function ignore(): void {}

function createSocket(href: string, { headers, maxMessage, ca }: SocketOptions): WebSocket {
  const options: ClientOptions & SecureContextOptions & { readonly closeTimeout: number } = {
    headers: { ...headers },
    maxPayload: maxMessage,
    perMessageDeflate: false,
    closeTimeout: 1000,
    ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
  };
  try {
    return new WebSocket(href, webThingProtocol, options);
  } catch (cause) {
    const message = `${href} cannot be connected to: ${(cause as Error).message}; correct the form.`;
    throw new WotError('invalid', 'REQUEST_INVALID', message, { href, cause });
  }
}

/** The problem of a handshake that was answered without upgrade. */
async function refusalOf(href: string, response: IncomingMessage, clock: Clock): Promise<WotError> {
  const status = response.statusCode ?? 0;
  const bare = { detail: `The WebSocket handshake with ${href} was answered with HTTP status ${status}.` };
  const problem = await problemOf(response).catch(() => undefined);
  const retryAfter = retryAfterOf(response.headers['retry-after'], clock);
  const details = { href, status, ...(retryAfter === undefined ? {} : { retryAfter }) };
  return fromProblem(problem ?? bare, status < 400 ? 'unavailable' : kindOfStatus(status), details);
}

async function problemOf(response: IncomingMessage): Promise<object | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > longestProblem) return undefined;
    chunks.push(chunk);
  }
  const type = response.headers['content-type'] ?? '';
  const problem = decodeContent({ type, body: Buffer.concat(chunks) });
  return typeof problem === 'object' && problem !== null ? problem : undefined;
}

function lossOf(href: string, error: Error, maxMessage: number): WotError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return connectionLost(href, message || String(code));
  const what = `${href} sent a message of more than ${maxMessage} bytes; ask for less or raise the client's maxMessage.`;
  return new WotError('too-large', 'RESPONSE_TOO_LARGE', what, { href });
}

function notConnected(href: string, cause: Error): WotError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const advice = 'check that the Thing runs and that its address is reachable from here';
  const what = `The connection to ${href} failed: ${message || code}; ${advice}.`;
  return new WotError('unavailable', 'CONNECTION_FAILED', what, { href, cause });
}

function closedBy(href: string, code: number, text: string): WotError {
  if (code !== messageTooBig) return connectionLost(href, `closed with ${code}${text && `: ${text}`}`);
  const message = `${href} refused the message as too large${text && ` (${text})`}; send less.`;
  return new WotError('too-large', 'REQUEST_TOO_LARGE', message, { href, status: code });
}
