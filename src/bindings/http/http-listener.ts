import { createServer, type RequestListener, type Server } from 'node:http';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { BindingHost } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import { refusalText } from '../../contracts/http-refusal.ts';
import { portInUse, urlHost } from '../../security/bind-address.ts';
import type { ConnectionRefusals } from './connection-refusals.ts';
import type { Connections } from './connections.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { HttpSettings } from './http-options.ts';
import { Http2Sessions } from './http2-sessions.ts';
import { endOnError, ignoreUpgrade, type UpgradeParts, wantsWebSocket } from './upgrades.ts';

/** Milliseconds that refused peers have to read why when the server stops. */
const lingerFor = 300;
const keepAlive = 30_000;
const handshakeFor = 20_000;
const mostHttp2Streams = 200;
/** Megabytes that one HTTP/2 session may hold before it gets no more streams. */
const maxSessionMemory = 4;

export interface ListenerParts {
  readonly settings: HttpSettings;
  readonly connections: Connections;
  readonly host: BindingHost;
  readonly dispatcher: Dispatcher;
  readonly refusals: ConnectionRefusals;
}

/** A server of node with all that keeps it up, from listening to the last answer. */
export class HttpListener {
  readonly #parts: ListenerParts;
  readonly #server: Server;
  readonly #sessions: Http2Sessions;

  constructor(parts: ListenerParts) {
    const { refusals, dispatcher, host } = parts;
    const serve: RequestListener = (request, response) => dispatcher.serve(request, response);
    this.#parts = parts;
    const timeouts = { idle: keepAlive, request: parts.settings.requestTimeout };
    this.#sessions = new Http2Sessions(host.clock, timeouts, (peer) => parts.connections.cutPeer(peer));
    this.#server = createAnyServer(parts.settings)
      .on('connection', (socket: Socket) => this.#admit(socket))
      .on('request', serve)
      .on('checkContinue', serve)
      .on('checkExpectation', (request, response) => refusals.expectation(request, response))
      .on('connect', (request, peer) => refusals.connect(request, peer))
      .on('upgrade', (request, socket, head) => this.#upgrade({ request, socket, head }))
      .on('clientError', (error, socket) => refusals.malformed(error, socket))
      .on('tlsClientError', (error, socket) => refusals.untrusted(error, socket));
    this.#server.on('session', (session: ServerHttp2Session) => this.#sessions.keep(session));
  }

  /** Gives the port; WotError `unavailable` ADDRESS_IN_USE or ADDRESS_UNUSABLE. */
  listen(host: string, port: number): Promise<number> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const fail = (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port));
      server.once('error', fail);
      server.listen({ host, port }, () => {
        server.off('error', fail);
        server.on('error', (error) =>
          this.#parts.host.logger.error('The HTTP server takes no connection', { error }),
        );
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  /** Takes no more connections, and ends the others: idle ones at once, others with what is under way, or refused after the drain time. */
  close(): Promise<void> {
    const server = this.#server;
    const { connections, settings } = this.#parts;
    const { drain } = settings;
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        connections.refuseUnanswered();
        this.#sessions.refuseUnanswered();
      }, drain);
      const cut = setTimeout(() => connections.cut(), drain + lingerFor);
      server.close(() => {
        clearTimeout(late);
        clearTimeout(cut);
        resolve();
      });
      connections.drain();
      server.closeIdleConnections();
      this.#sessions.close();
    });
  }

  /** At each heartbeat. */
  beat(): void {
    this.#sessions.beat();
  }

  #admit(socket: Socket): void {
    const { connections, settings } = this.#parts;
    try {
      connections.admit(socket);
    } catch (error) {
      if (!settings.tls) socket.write(refusalText({ error: error as WotError }));
      socket.destroySoon();
    }
  }

  #upgrade(parts: UpgradeParts): void {
    const { socket, request } = parts;
    endOnError(socket);
    this.#parts.connections.whenAnswered(socket, () => {
      if (wantsWebSocket(request)) this.#parts.dispatcher.upgrade(parts);
      else ignoreUpgrade(this.#server, parts);
    });
  }
}

function createAnyServer({ tls, http2, headersTimeout, requestTimeout }: HttpSettings): Server {
  const all = {
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    keepAliveTimeout: keepAlive,
    headersTimeout,
    requestTimeout,
    connectionsCheckingInterval: Math.max(100, Math.min(5000, headersTimeout)),
    // The guard answers what has no Host, with a body.
    requireHostHeader: false,
  };
  if (!tls) return createServer(all);
  const secure = { ...all, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: handshakeFor } as const;
  if (!http2) return createTlsServer(secure);
  const settings = { maxConcurrentStreams: mostHttp2Streams };
  return createSecureServer({ ...secure, allowHTTP1: true, settings, maxSessionMemory }) as unknown as Server;
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): WotError {
  if (cause.code === 'EADDRINUSE') return portInUse('HTTP', host, port, cause);
  const message = `HTTP cannot listen on ${urlHost(host)}:${port} (${cause.code}); choose another with --host and --http.`;
  return new WotError('unavailable', 'ADDRESS_UNUSABLE', message, { cause });
}
