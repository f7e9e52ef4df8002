import type { WireMessage } from '../../contracts/binding.ts';
import type { Clock, Timer } from '../../contracts/clock.ts';
import { abortable } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import { tellWire, type Wire } from '../../contracts/wire.ts';
import type { JsonObject } from '../../td/json-object.ts';
import { encodeMessage, type NamedRequest, parseMessage } from './client-messages.ts';
import { type ClientSocket, connectionLost, openSocket, type SocketOptions } from './client-socket.ts';

/** Who waits for the answers to one request. */
export interface Conversation {
  /** Is told of its messages as they are sent and received. */
  readonly wire?: Wire;
  heard(message: JsonObject): void;
  /** The connection is gone, or never stood; nothing follows. */
  lost(reason: WotError): void;
}

/** What a subscription takes of a connection: per Thing, kind and name the last one wins there; without a name it takes all. */
export interface Scope {
  readonly thing: string;
  readonly kind: 'properties' | 'events';
  readonly name?: string | undefined;
}

export interface SessionOwner {
  /** Called once, when it takes no more requests. */
  ended(): void;
  /** A scope is free again. */
  released(): void;
  /** A message came that is no JSON, or answers nothing that waits here. */
  strayed(): void;
}

interface Open extends Conversation {
  readonly size: number;
  answered: boolean;
}

const opensWithin = 10_000;
const idleFor = 30_000;
const heartbeat = 30_000;
const mostScopes = 1000;

/** One connection to an endpoint, shared by many requests and subscriptions; it closes by itself after 30 s without any. */
export class ClientSession {
  readonly #href: string;
  readonly #clock: Clock;
  readonly #socket: ClientSocket;
  readonly #conversations = new Map<string, Open>();
  readonly #scopes = new Set<Scope>();
  /** Requests that wait for the connection to stand, by correlationID. */
  readonly #unsent = new Map<string, Uint8Array>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #owner: SessionOwner;
  #timer: Timer;
  #idle: Timer | undefined;
  #isOpen = false;
  #isOver = false;
  #isSilent = false;

  constructor(href: string, options: SocketOptions, owner: SessionOwner) {
    this.#href = href;
    this.#clock = options.clock;
    this.#owner = owner;
    this.#socket = openSocket(href, options, {
      opened: () => this.#opened(),
      message: (body) => this.#heard(body),
      pong: () => this.#alive(),
      closed: (reason) => {
        this.#end(reason);
        this.#closed.resolve();
      },
    });
    this.#timer = this.#clock.after(opensWithin, () => this.#abandon(notOpened(href)));
  }

  /** Sends a request and gives its response; rejects with WotError or the signal's reason. */
  ask(message: NamedRequest, signal: AbortSignal, wire?: Wire): Promise<JsonObject> {
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
    const heard = (answer: JsonObject): void => {
      if (answer['messageType'] === 'response') resolve(answer);
    };
    this.begin(message, { heard, lost: reject, wire });
    return abortable(promise, signal).finally(() => this.end(message));
  }

  /** Sends a request, when the connection stands; its conversation lasts until `end`. */
  begin(message: NamedRequest, conversation: Conversation): void {
    if (this.#isOver) {
      conversation.lost(connectionLost(this.#href, 'closed before'));
      return;
    }
    const body = encodeMessage(message);
    this.#idle?.cancel();
    const { correlationID } = message;
    this.#conversations.set(correlationID, { ...conversation, size: body.length, answered: false });
    if (this.#isOpen) this.#send(correlationID, body);
    else this.#unsent.set(correlationID, body);
  }

  end({ correlationID }: NamedRequest): void {
    this.#unsent.delete(correlationID);
    this.#conversations.delete(correlationID);
    if (this.#isOver || this.#conversations.size > 0) return;
    this.#idle?.cancel();
    this.#idle = this.#clock.after(idleFor, () => {
      void this.close(connectionLost(this.#href, 'closed unused'));
    });
  }

  /** Whether no more than one conversation is under way. */
  get isAlone(): boolean {
    return this.#conversations.size <= 1;
  }

  /** Whether a subscription of this scope has room here, and would replace no other. */
  isFree(scope: Scope): boolean {
    if (this.#scopes.size >= mostScopes) return false;
    for (const taken of this.#scopes) if (overlap(taken, scope)) return false;
    return true;
  }

  take(scope: Scope): void {
    this.#scopes.add(scope);
  }

  release(scope: Scope): void {
    this.#scopes.delete(scope);
    this.#owner.released();
  }

  /** Ends all conversations with the reason; resolves when the connection is closed. */
  close(reason: WotError): Promise<void> {
    this.#end(reason);
    this.#socket.close();
    return this.#closed.promise;
  }

  #opened(): void {
    this.#isOpen = true;
    this.#timer.cancel();
    this.#timer = this.#clock.every(heartbeat, () => this.#beat());
    for (const [correlationID, body] of this.#unsent) this.#send(correlationID, body);
    this.#unsent.clear();
  }

  #send(correlationID: string, body: Uint8Array): void {
    this.#socket.send(body);
    this.#tell(this.#conversations.get(correlationID), 'sent', body);
  }

  #tell(conversation: Open | undefined, direction: WireMessage['direction'], body: Uint8Array): void {
    tellWire(conversation?.wire, () => ({
      direction,
      protocol: 'websocket',
      start: `TEXT ${this.#href}`,
      fields: [],
      body,
    }));
  }

  /** A half-open connection shows by a ping that nothing came after. */
  #beat(): void {
    if (this.#isSilent) this.#abandon(connectionLost(this.#href, `silent for ${heartbeat} ms`));
    else this.#socket.ping();
    this.#isSilent = true;
  }

  #alive(): void {
    this.#isSilent = false;
  }

  /** What is no message, or answers nobody here, is only told to the owner. */
  #heard(body: Uint8Array | undefined): void {
    this.#alive();
    const message = body && parseMessage(body);
    const conversation = this.#conversations.get(String(message?.['correlationID']));
    if (!body || !message || !conversation) {
      this.#owner.strayed();
      return;
    }
    this.#tell(conversation, 'received', body);
    if (message['messageType'] === 'response') conversation.answered = true;
    conversation.heard(message);
  }

  #abandon(reason: WotError): void {
    this.#end(reason);
    this.#socket.terminate();
  }

  #end(reason: WotError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.cancel();
    this.#idle?.cancel();
    this.#owner.ended();
    const all = [...this.#conversations.values()];
    const blamed = blamedFor(reason, all);
    const innocent = connectionLost(this.#href, reason.message);
    for (const conversation of all) conversation.lost(blamed.has(conversation) ? reason : innocent);
  }
}

/** Whose message was too large is not told: of those that wait for a response it was the largest request, or any answer. */
function blamedFor({ kind, code }: WotError, all: readonly Open[]): ReadonlySet<Open> {
  const waiting = all.filter(({ answered }) => !answered);
  if (kind !== 'too-large' || waiting.length === 0) return new Set(all);
  if (code === 'RESPONSE_TOO_LARGE') return new Set(waiting);
  return new Set([waiting.reduce((largest, next) => (next.size > largest.size ? next : largest))]);
}

function overlap(a: Scope, b: Scope): boolean {
  if (a.thing !== b.thing || a.kind !== b.kind) return false;
  return a.name === undefined || b.name === undefined || a.name === b.name;
}

function notOpened(href: string): WotError {
  const message = `The connection to ${href} did not open within ${opensWithin} ms; check that the Thing runs and that its address is reachable from here.`;
  return new WotError('unavailable', 'CONNECTION_FAILED', message, { href });
}
