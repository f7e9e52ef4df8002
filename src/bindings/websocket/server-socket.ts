import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { json } from '../../codec/json.ts';
import type { Principal } from '../../contracts/access.ts';
import type { BindingHost } from '../../contracts/binding.ts';
import { toProblem, WotError } from '../../contracts/errors.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import { asWotError } from '../../interaction/as-wot-error.ts';
import type { RequestMessage, ThingMessage } from './messages.ts';
import { Pulse } from './pulse.ts';
import { decodeMessage, repeated, requestOf } from './request-message.ts';
import { SocketSubscriptions, subscribingOps, unsubscribingOps } from './socket-subscriptions.ts';
import { thingOperations } from './thing-operations.ts';
import type { Turns } from './turns.ts';
import { wireProblem } from './wire-problem.ts';
import { highWater } from './wire-subscription.ts';

/** Requests of one socket that are under way; more wait, and beyond what was read already the peer does. */
const requestsAtMost = 64;

/** What all sockets of a server count. */
export interface Traffic {
  received: number;
  sent: number;
}

export interface SocketParts {
  readonly socket: WebSocket;
  /** What it runs on. */
  readonly stream: Socket;
  readonly principal: Principal;
  readonly host: BindingHost;
  readonly traffic: Traffic;
  /** Of all sockets. */
  readonly turns: Turns;
  /** Finds a Thing by its id. */
  thing(id: string): HostedThing | undefined;
}

interface Frame {
  readonly data: Uint8Array;
  readonly isBinary: boolean;
}

/** The Thing's end of one WebSocket: answers requests, carries notifications, never holds much more than its peer reads. */
export class ServerSocket {
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  readonly #parts: SocketParts;
  readonly #subscriptions: SocketSubscriptions;
  readonly #gone = new AbortController();
  readonly #waiting: Frame[] = [];
  readonly #pulse = new Pulse();
  readonly #step = () => this.#begin();
  #underWay = 0;
  #congested = false;
  #ending = false;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    this.#subscriptions = new SocketSubscriptions({
      ready: () => this.#ready(),
      send: (text) => this.#send(text),
    });
    const { socket, stream } = parts;
    socket.on('message', (data, isBinary) => this.#take({ data: data as Buffer, isBinary }));
    socket.on('pong', () => this.#pulse.hear());
    // What breaks the protocol is answered by ws with the close code that fits (RFC 6455 section 7.4.1).
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#stop();
        this.#gone.abort(new Error('The client has gone.'));
        resolve();
      });
    });
    stream.on('drain', () => this.#drained());
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  /** Asks a peer that keeps up whether it lives; cuts off one that does not say so, or reads nothing. */
  beat(): void {
    const { socket, stream } = this.#parts;
    // While we do not read we cannot hear.
    if (socket.isPaused) this.#pulse.hear();
    if (!this.#pulse.beats(stream)) socket.terminate();
    else if (stream.writableLength === 0) socket.ping();
  }

  /** Takes nothing more, and closes when what is under way has been answered. */
  end(): void {
    this.#stop();
    if (this.#underWay === 0) this.close();
  }

  /** The servient stops: the peer may come back (RFC 6455 section 7.4.1). */
  close(): void {
    const { socket } = this.#parts;
    socket.resume();
    socket.close(1001, 'The servient stops.');
  }

  #stop(): void {
    this.#ending = true;
    this.#waiting.length = 0;
    this.#subscriptions.stop();
  }

  #take(frame: Frame): void {
    this.#parts.traffic.received += 1;
    this.#pulse.hear();
    if (this.#ending) return;
    this.#waiting.push(frame);
    this.#parts.turns.add(this.#step);
  }

  /** Begins the next request; the peer is not read from while more wait. */
  #begin(): boolean {
    const frame = this.#mayBegin() ? this.#waiting.shift() : undefined;
    if (frame) {
      this.#underWay += 1;
      void this.#answer(frame).then(() => this.#answered());
    }
    const { socket } = this.#parts;
    if (this.#waiting.length > 0) socket.pause();
    else if (socket.isPaused) socket.resume();
    return this.#mayBegin();
  }

  #mayBegin(): boolean {
    return this.#waiting.length > 0 && this.#underWay < requestsAtMost && this.#ready();
  }

  #answered(): void {
    this.#underWay -= 1;
    if (!this.#ending) this.#parts.turns.add(this.#step);
    else if (this.#underWay === 0) this.close();
  }

  /** Never rejects. */
  async #answer({ data, isBinary }: Frame): Promise<void> {
    const { limits, logger } = this.#parts.host;
    let about: Partial<ThingMessage> = {};
    try {
      const message = decodeMessage(data, isBinary, limits.nesting);
      about = repeated(message);
      await this.#serve(requestOf(message));
    } catch (thrown) {
      const what = 'The WebSocket server failed to answer a request';
      const error = asWotError(thrown, logger, { code: 'INTERNAL', what });
      this.#respond(about, { error: wireProblem(toProblem(error)), timestamp: this.#now() });
    }
  }

  async #serve(request: RequestMessage): Promise<void> {
    const thing = this.#parts.thing(request.thingID);
    if (!thing) throw unknownThing(request.thingID);
    const { operation, uriVariables } = request;
    const { principal } = this.#parts;
    const context = { principal, signal: this.#gone.signal, ...(uriVariables && { uriVariables }) };
    if (subscribingOps[operation]) {
      const { opening, proceed } = await this.#subscriptions.begin(thing, request, context);
      this.#respond(repeated(request), opening);
      proceed();
    } else if (unsubscribingOps[operation]) {
      this.#subscriptions.end(thing, request);
      this.#respond(repeated(request), {});
    } else {
      const members = await thingOperations[operation]?.(thing, request, context);
      this.#respond(repeated(request), { ...members, timestamp: this.#now() });
    }
  }

  #respond(about: Partial<ThingMessage>, members: Partial<ThingMessage>): void {
    const head = { messageID: randomUUID(), messageType: 'response' } as const;
    this.#send(json.encode({ ...about, ...head, ...members }));
  }

  #send(message: string | Uint8Array): void {
    const { socket, traffic } = this.#parts;
    if (socket.readyState !== socket.OPEN) return;
    traffic.sent += 1;
    socket.send(message, { binary: false });
  }

  /** Once congested, a peer must take all before it gets more: what was skipped for it comes before what is new. */
  #ready(): boolean {
    this.#congested ||= this.#parts.stream.writableLength >= highWater;
    return !this.#congested;
  }

  #drained(): void {
    if (!this.#congested) return;
    this.#congested = false;
    this.#subscriptions.resume();
    this.#parts.turns.add(this.#step);
  }

  #now(): string {
    return new Date(this.#parts.host.clock.now()).toISOString();
  }
}

function unknownThing(id: string): WotError {
  const message = `There is no Thing with the id ${JSON.stringify(id.slice(0, 200))}; GET /things lists those there are.`;
  return new WotError('not-found', 'THING_UNKNOWN', message);
}
