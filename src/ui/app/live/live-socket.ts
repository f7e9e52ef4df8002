import type { Clock, Timer } from '../../../contracts/clock.ts';
import type { Connection } from './live.ts';

export interface SocketParts {
  /** Of the WebSocket endpoint. */
  readonly url: string;
  readonly clock: Clock;
  /** From 0 to 1. */
  random(): number;
  opened(): void;
  text(data: unknown): void;
  /** The connection that stood is gone. */
  lost(): void;
  /** `state` is another one. */
  changed(): void;
}

const shortest = 500;
const longest = 15_000;
const opensWithin = 10_000;

/** One WebSocket that comes back by itself, until it is paused. */
export class LiveSocket {
  readonly #parts: SocketParts;
  #socket: WebSocket | undefined;
  #state: Connection;
  #attempts = 0;
  #timer: Timer | undefined;
  #isOpen = false;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    this.#state = { state: 'connecting', since: parts.clock.now() };
  }

  get state(): Connection {
    return this.#state;
  }

  /** Connects now, where it is not connected and not about to be. */
  wake(): void {
    if (this.#socket) return;
    this.#timer?.cancel();
    this.#enter({ state: 'connecting' });
    this.#timer = this.#parts.clock.after(opensWithin, () => this.drop());
    const socket = open(this.#parts.url);
    if (!socket) {
      this.drop();
      return;
    }
    this.#socket = socket;
    // What a socket says after it was given up is nobody's business.
    const whileOurs = (call: () => void) => () => socket === this.#socket && call();
    socket.onopen = whileOurs(() => this.#opened());
    socket.onclose = whileOurs(() => this.drop());
    socket.onmessage = ({ data }) => socket === this.#socket && this.#parts.text(data);
  }

  /** False where it is not connected. */
  send(text: string): boolean {
    if (!this.#isOpen) return false;
    this.#socket?.send(text);
    return true;
  }

  /** Gives the connection up, and tries again later. */
  drop(): void {
    this.#close();
    const most = Math.min(longest, shortest * 2 ** this.#attempts++);
    const wait = Math.max(shortest, most * (0.5 + this.#parts.random() / 2));
    this.#timer = this.#parts.clock.after(wait, () => this.wake());
    this.#enter({ state: 'offline', retryAt: this.#parts.clock.now() + wait });
  }

  /** Closes the connection until `wake`. */
  pause(): void {
    this.#close();
    this.#attempts = 0;
    this.#enter({ state: 'connecting' });
  }

  #opened(): void {
    this.#timer?.cancel();
    this.#attempts = 0;
    this.#isOpen = true;
    this.#enter({ state: 'live' });
    this.#parts.opened();
  }

  #close(): void {
    this.#timer?.cancel();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#parts.lost();
  }

  #enter(state: Omit<Connection, 'since'>): void {
    const since = state.state === this.#state.state ? this.#state.since : this.#parts.clock.now();
    this.#state = { ...state, since };
    this.#parts.changed();
  }
}

/** Undefined where the browser forbids it (`ws:` in a page of `https:`). */
function open(url: string): WebSocket | undefined {
  try {
    return new WebSocket(url, ['webthingprotocol']);
  } catch {
    return undefined;
  }
}
