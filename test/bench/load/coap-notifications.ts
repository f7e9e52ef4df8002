import type { Socket } from 'node:dgram';
import type { Load, LoadResult } from '../bench-messages.ts';
import { coapRequest, numbered, openSockets, stayAwake } from './coap-request.ts';

const ofSocketAtMost = 25;
const patience = 2000;
const repeatAfter = 100;
const invoking = 0xffff;

/**
 * Observes events, 25 times at most from one socket, and has one emitted after the other: the next when all have the
 * last, and have acknowledged it where they were asked to.
 */
export async function coapNotifications({ target, seconds, subscribers }: Load): Promise<LoadResult> {
  const opened = observing.get(target.url) ?? observe(target.url, subscribers);
  observing.set(target.url, opened);
  const observers = await opened;
  const emit = coapRequest('POST', new URL(String(target.invoke)).pathname, { body: '1' });
  const rest = stayAwake();
  const start = performance.now();
  let done = 0;
  let failed = 0;
  while (performance.now() < start + seconds * 1000) {
    const missed = await observers.tell(emit);
    done += subscribers - missed;
    failed += missed;
  }
  const took = (performance.now() - start) / 1000;
  rest();
  return { done, failed, seconds: took };
}

/** By URL; they go on from run to run, for a server takes a while to notice who is gone. */
const observing = new Map<string, Promise<Observers>>();

async function observe(url: string, count: number): Promise<Observers> {
  const observers = new Observers(await openSockets(url, Math.ceil(count / ofSocketAtMost)), count);
  await observers.register(coapRequest('GET', new URL(url).pathname, { observe: true }));
  return observers;
}

/** Each is a token; the first socket invokes. */
class Observers {
  readonly #sockets: readonly Socket[];
  readonly #count: number;
  #id = Math.floor(Math.random() * 0x8000);
  #missing = new Set<number>();
  #told: () => void = () => {};

  constructor(sockets: readonly Socket[], count: number) {
    this.#sockets = sockets;
    this.#count = count;
    for (const socket of sockets) socket.on('message', (message) => this.#take(socket, message));
  }

  /** Resolves when all observe. */
  async register(request: Buffer): Promise<void> {
    for (let token = 0; token < this.#count; token++) {
      const missed = await this.#ask(request, token, [token]);
      if (missed > 0) throw new Error('The server did not answer who wants to observe.');
    }
  }

  /** Sends the invocation; resolves with how many did not hear of it in time. */
  tell(emit: Buffer): Promise<number> {
    const all = Array.from({ length: this.#count }, (_, token) => token);
    return this.#ask(emit, invoking, [...all, invoking]);
  }

  /** Sends a request, again where it may be lost; resolves with how many tokens were not answered in time. */
  async #ask(request: Buffer, token: number, answering: readonly number[]): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#missing = new Set(answering);
    this.#told = resolve;
    this.#id = (this.#id + 1) & 0xffff;
    const socket = this.#sockets[token === invoking ? 0 : token % this.#sockets.length];
    const send = () => socket?.send(numbered(request, this.#id, token));
    const again = setInterval(send, repeatAfter);
    const givenUp = setTimeout(resolve, patience);
    send();
    await promise;
    clearInterval(again);
    clearTimeout(givenUp);
    return this.#missing.size;
  }

  #take(socket: Socket, message: Buffer): void {
    const isConfirmable = (message.readUInt8(0) & 0x30) === 0;
    if (isConfirmable) socket.send(Buffer.from([0x60, 0, message.readUInt8(2), message.readUInt8(3)]));
    if (message.length < 6 || message.readUInt8(1) >> 5 !== 2) return;
    if (this.#missing.delete(message.readUInt16BE(4)) && this.#missing.size === 0) this.#told();
  }
}
