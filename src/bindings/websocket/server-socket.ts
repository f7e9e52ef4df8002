import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { json } from '../../codec/json.ts';
import type { Principal } from '../../contracts/access.ts';
import type { BindingHost } from '../../contracts/binding.ts';
import { toProblem, WotError } from '../../contracts/errors.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import { asWotError } from '../../interaction/as-wot-error.ts';
import type { ClientBounds } from '../../security/client-bounds.ts';
import type { RequestMessage, ThingMessage } from './messages.ts';
import { Pulse } from './pulse.ts';
import { Reception } from './reception.ts';
import { decodeMessage, repeated, requestOf } from './request-message.ts';
import { SocketSubscriptions, subscribingOps, unsubscribingOps } from './socket-subscriptions.ts';
import { thingOperations, withoutUndeclared } from './thing-operations.ts';
import type { Turns } from './turns.ts';
import { wireProblem } from './wire-problem.ts';
import { highWater } from './wire-subscription.ts';

/** Requests of one socket that are under way; more wait, and beyond what was read already the peer does. */
const requestsAtMost = 64;
/** Bytes of those, in payloads of the largest size. */
const payloadsAtMost = 2;
/** Bytes up to which a request counts as nothing among those of all sockets. */
const small = 1024;
/** Bytes from which a request is long work. */
const large = 16 * 1024;

/** What all sockets of a server count. */
export interface Traffic {
  received: number;
  sent: number;
}

/** What all sockets of a server have in common. */
export interface SharedParts {
  readonly traffic: Traffic;
  readonly turns: Turns;
  readonly subscriptions: ClientBounds;
  /** Bytes of requests under way. */
  readonly requests: ClientBounds;
}

export interface SocketParts {
  readonly socket: WebSocket;
  /** What it runs on. */
  readonly stream: Socket;
  readonly principal: Principal;
  readonly host: BindingHost;
  readonly shared: SharedParts;
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
  readonly #reception = new Reception();
  readonly #client: string;
  readonly #step = () => this.#begin();
  #underWay = 0;
  #bytesUnderWay = 0;
  #congested = false;
  #ending = false;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    const { socket, stream, shared } = parts;
    this.#client = String(stream.remoteAddress);
    this.#subscriptions = new SocketSubscriptions({
      line: { ready: () => this.#ready(), send: (text) => this.#send(text) },
      quota: shared.subscriptions,
      client: this.#client,
    });
    // Before ws reads them: what is whole then counts no more.
    stream.prependListener('data', (bytes) => this.#reception.bytes(bytes.length));
    socket.on('message', (data, isBinary) => this.#take({ data: data as Buffer, isBinary }));
    socket.on('ping', (data) => this.#control(data));
    socket.on('pong', (data) => {
      this.#pulse.hear();
      this.#control(data);
    });
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

  /** Asks a peer that keeps up whether it lives; cuts off one that does not say so, reads nothing, or ends no message. */
  beat(): void {
    const { socket, stream } = this.#parts;
    // While we do not read we cannot hear.
    if (socket.isPaused) this.#pulse.hear();
    else if (!this.#reception.beats()) this.#refuse('The message takes too long to arrive.');
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
    this.#parts.shared.traffic.received += 1;
    this.#pulse.hear();
    this.#reception.message();
    if (this.#ending) return;
    this.#waiting.push(frame);
    this.#parts.shared.turns.add(this.#step);
  }

  #control(data: Uint8Array): void {
    if (!this.#reception.control(data) && !this.#ending) this.#refuse('There are too many pings and pongs.');
  }

  /** Closes, and hears the peer no more (RFC 6455 section 7.4.1). */
  #refuse(reason: string): void {
    const { socket } = this.#parts;
    this.#stop();
    socket.close(1008, reason);
    socket.pause();
  }

  /** Begins the next request; the peer is not read from while more wait. */
  #begin(): boolean {
    if (this.#ending) return false;
    const frame = this.#mayBegin() ? this.#waiting.shift() : undefined;
    if (frame) {
      const { length } = frame.data;
      this.#count(1, length);
      void this.#answer(frame).then(() => this.#answered(length));
    }
    const { socket } = this.#parts;
    if (this.#waiting.length > 0) socket.pause();
    else if (socket.isPaused) socket.resume();
    return this.#mayBegin();
  }

  #mayBegin(): boolean {
    const [frame] = this.#waiting;
    return frame !== undefined && this.#underWay < requestsAtMost && this.#ready() && this.#hasRoom(frame);
  }

  #hasRoom({ data: { length } }: Frame): boolean {
    const { host, shared } = this.#parts;
    if (this.#bytesUnderWay + length > payloadsAtMost * host.limits.body) return false;
    if (length <= small || !shared.requests.exceeded(this.#client, length)) return true;
    shared.requests.wait(() => shared.turns.add(this.#step));
    return false;
  }

  #count(requests: 1 | -1, length: number): void {
    const { requests: quota } = this.#parts.shared;
    this.#underWay += requests;
    this.#bytesUnderWay += requests * length;
    if (length <= small) return;
    if (requests > 0) quota.take(this.#client, length);
    else quota.give(this.#client, length);
  }

  #answered(length: number): void {
    this.#count(-1, length);
    if (!this.#ending) this.#parts.shared.turns.add(this.#step);
    else if (this.#underWay === 0) this.close();
  }

  /** Never rejects; not asynchronous itself, which would keep the frame and all of the message. */
  #answer({ data, isBinary }: Frame): Promise<void> {
    const { host, shared } = this.#parts;
    if (data.length > large) shared.turns.rest();
    let about: Partial<ThingMessage> = {};
    const failed = (thrown: unknown) => {
      const what = 'The WebSocket server failed to answer a request';
      const error = asWotError(thrown, host.logger, { code: 'INTERNAL', what });
      this.#respond(about, { error: wireProblem(toProblem(error)), timestamp: this.#now() });
    };
    try {
      const message = decodeMessage(data, isBinary, host.limits.nesting);
      about = repeated(message);
      const request = requestOf(message);
      const thing = this.#parts.thing(request.thingID);
      if (!thing) throw unknownThing(request.thingID);
      return this.#serve(thing, withoutUndeclared(thing, request)).catch(failed);
    } catch (thrown) {
      failed(thrown);
      return Promise.resolve();
    }
  }

  async #serve(thing: HostedThing, request: RequestMessage): Promise<void> {
    const { principal, shared, stream } = this.#parts;
    // Work on all affordances, or on all of the replay ring.
    if (request.name === undefined || request.lastNotificationID !== undefined) shared.turns.rest();
    const { operation, uriVariables } = request;
    const context = { principal, signal: this.#gone.signal, ...(uriVariables && { uriVariables }) };
    if (subscribingOps[operation]) {
      const { opening, proceed } = await this.#subscriptions.begin(thing, request, context);
      // All that waits leaves in one write.
      stream.cork();
      process.nextTick(() => stream.uncork());
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
    const { socket, shared } = this.#parts;
    if (socket.readyState !== socket.OPEN) return;
    shared.traffic.sent += 1;
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
    this.#parts.shared.turns.add(this.#step);
  }

  #now(): string {
    return new Date(this.#parts.host.clock.now()).toISOString();
  }
}

function unknownThing(id: string): WotError {
  const message = `There is no Thing with the id ${JSON.stringify(id.slice(0, 200))}; GET /things lists those there are.`;
  return new WotError('not-found', 'THING_UNKNOWN', message);
}
