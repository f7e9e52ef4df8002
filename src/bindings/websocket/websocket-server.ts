import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Principal } from '../../contracts/access.ts';
import type { BindingHost, ServerBinding, ThingForms } from '../../contracts/binding.ts';
import type { Timer } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HttpSide } from '../../contracts/http-route.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import { type Metric, metric } from '../../contracts/metrics.ts';
import { asWotError } from '../../interaction/as-wot-error.ts';
import { thingPath } from '../../interaction/path-forms.ts';
import { stopping } from '../../interaction/servient-state.ts';
import { type Bounds, boundsFor, ClientBounds } from '../../security/client-bounds.ts';
import {
  handshakeInvalid,
  refuseUpgrade,
  requireSubprotocol,
  websocketServer,
} from '../../security/websocket-handshake.ts';
import { webThingProtocol } from './messages.ts';
import { OpenSockets } from './open-sockets.ts';
import { ServerSocket, type SharedParts } from './server-socket.ts';
import { Turns } from './turns.ts';
import { websocketForms } from './websocket-forms.ts';

export interface WebSocketOptions {
  /** Sockets open at one time, default 10,000; more are refused with 503. */
  readonly maxSockets?: number;
  /** Sockets open at one time from one remote address, default 1,000; as many as in all behind a proxy (`publicBase`). */
  readonly maxSocketsPerClient?: number;
}

const endpoint = '/things';
const heartbeatEvery = 15_000;
const socketBounds = { most: 10_000, mostPerClient: 1000 };
/** Subscriptions at one time. */
const subscriptionBounds = { most: 100_000, mostPerClient: 20_000 };
/** Largest requests under way at one time: decoded they may take twenty times their bytes. */
const requestBounds = { most: 64, mostPerClient: 16 };
/** HTTP servers that have a WebSocket binding. */
const served = new WeakSet<HttpSide>();

/** Things over WebSocket (Web Thing Protocol), at the HTTP server that was started before. */
export function websocket(options: WebSocketOptions = {}): ServerBinding {
  return new WebSocketBinding(options);
}

class WebSocketBinding implements ServerBinding {
  readonly name = 'websocket';
  readonly #things = new Map<string, HostedThing>();
  readonly #paths = new Set<string>();
  readonly #options: WebSocketOptions;
  #sockets = new OpenSockets({ most: 0, mostPerClient: 0 });
  #shared: SharedParts | undefined;
  #host: BindingHost | undefined;
  #server: WebSocketServer | undefined;
  #heartbeat: Timer | undefined;
  #takeOff: () => void = () => {};
  #address: string | undefined;

  constructor(options: WebSocketOptions) {
    this.#options = options;
  }

  get addresses(): readonly string[] {
    return this.#address === undefined ? [] : [this.#address];
  }

  async start(host: BindingHost): Promise<void> {
    const { httpSide, limits, clock } = host;
    if (!httpSide) throw httpMissing();
    if (served.has(httpSide)) throw servedAlready(httpSide);
    const { WebSocketServer } = await import('ws');
    this.#host = host;
    const { maxSockets: most, maxSocketsPerClient: mostPerClient } = this.#options;
    const given = { most, mostPerClient };
    this.#sockets = new OpenSockets(boundsFor(socketBounds, host.publicBase !== undefined, given));
    this.#shared = sharedParts(host);
    this.#server = new WebSocketServer(websocketServer(limits.body, webThingProtocol)).on(
      'wsClientError',
      (error, socket) => refuseUpgrade(socket, handshakeInvalid(error), clock),
    );
    this.#address = httpSide.base.replace(/^http/, 'ws') + endpoint;
    served.add(httpSide);
    const takeOff = httpSide.addUpgrade({
      matches: (path) => path === endpoint || this.#paths.has(path),
      upgrade: (request, socket, head) => void this.#upgrade(request, socket, head),
    });
    this.#takeOff = () => {
      takeOff();
      served.delete(httpSide);
    };
    this.#heartbeat = clock.every(heartbeatEvery, () => this.#sockets.beat());
  }

  forms(thing: HostedThing): ThingForms {
    return websocketForms(thing, this.#address ?? '');
  }

  async expose(thing: HostedThing): Promise<void> {
    this.#things.set(thing.id, thing);
    this.#paths.add(thingPath(thing.name));
  }

  async unexpose({ id, name }: HostedThing): Promise<void> {
    this.#things.delete(id);
    this.#paths.delete(thingPath(name));
  }

  metrics(): readonly Metric[] {
    const { size } = this.#sockets;
    const address = this.#address;
    if (address === undefined || !this.#shared) return [];
    const { traffic, subscriptions } = this.#shared;
    const { received, sent } = traffic;
    const labels = { address };
    return [
      metric('gauge', 'websocket_sockets', 'Open WebSockets.', [{ labels, value: size }]),
      metric('gauge', 'websocket_subscriptions', 'Subscriptions over WebSocket.', [
        { labels, value: subscriptions.held },
      ]),
      metric('counter', 'websocket_messages_total', 'Messages over WebSocket.', [
        { labels: { address, direction: 'in' }, value: received },
        { labels: { address, direction: 'out' }, value: sent },
      ]),
    ];
  }

  async stop(): Promise<void> {
    this.#takeOff();
    this.#heartbeat?.cancel();
    this.#server = undefined;
    this.#address = undefined;
    this.#things.clear();
    this.#paths.clear();
    await this.#sockets.stop();
  }

  async #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const host = this.#host as BindingHost;
    stream.on('error', () => stream.destroy());
    try {
      const principal = await host.authenticate({});
      const server = this.#server;
      if (!server) throw stopping();
      requireSubprotocol(request, webThingProtocol); // Web Thing Protocol, protocol-handshake
      this.#sockets.admit(request.socket);
      server.handleUpgrade(request, stream, head, (socket) => this.#open(socket, request.socket, principal));
    } catch (error) {
      const what = 'The WebSocket server failed to open a connection';
      refuseUpgrade(stream, asWotError(error, host.logger, { code: 'INTERNAL', what }), host.clock);
    }
  }

  #open(socket: WebSocket, stream: Socket, principal: Principal): void {
    const host = this.#host as BindingHost;
    const thing = (id: string) => this.#things.get(id);
    const shared = this.#shared as SharedParts;
    this.#sockets.add(new ServerSocket({ socket, stream, principal, host, thing, shared }), stream);
  }
}

function sharedParts({ limits, publicBase }: BindingHost): SharedParts {
  const { most, mostPerClient } = requestBounds;
  const quota = (bounds: Bounds) => new ClientBounds(boundsFor(bounds, publicBase !== undefined));
  return {
    traffic: { received: 0, sent: 0 },
    turns: new Turns(),
    subscriptions: quota(subscriptionBounds),
    requests: quota({ most: most * limits.body, mostPerClient: mostPerClient * limits.body }),
  };
}

function httpMissing(): WotError {
  const message =
    'WebSocket shares the port of HTTP, which has not started; put http() before websocket() in bindings.';
  return new WotError('invalid', 'HTTP_MISSING', message);
}

function servedAlready({ base }: HttpSide): WotError {
  const message = `${base} serves WebSocket already; put websocket() into bindings once.`;
  return new WotError('conflict', 'WEBSOCKET_TWICE', message);
}
