import type { Socket } from 'node:net';
import type { Clock } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { ClientBounds } from '../../../security/client-bounds.ts';
import type { Outcome } from '../endpoint/endpoint.ts';
import { isSuccess } from '../messages/coap-code.ts';
import { emptyCode } from '../messages/coap-message.ts';
import { optionNumber, optionUint } from '../messages/coap-option.ts';
import { aborted, heldTooMuch, signalOptionUnknown, silent, unintroduced } from './connection-errors.ts';
import { ConnectionHealth, type HealthTimes } from './connection-health.ts';
import { encodeFrame, type Frame, FrameReader, type ReceivedFrame } from './frame.ts';
import { HeldBytes } from './held-bytes.ts';
import { Pings } from './pings.ts';
import { RequestsUnderWay } from './requests-under-way.ts';
import {
  abort,
  asksForCustody,
  criticalOption,
  csm,
  ping,
  pong,
  release,
  signalCode,
  withCsm,
} from './signalling.ts';
import type { StreamPeer } from './stream-peer.ts';

/** What a connection tells its endpoint. */
export interface ConnectionEvents {
  /** The other end's capabilities are known; called once, before any message. */
  greeted(): void;
  message(frame: ReceivedFrame): void;
  /** The other end takes no more requests, answers may still come; called once at most. */
  leaving(): void;
  /** Called once, with the reason where there is one. */
  closed(error?: Error): void;
}

/** What a connection stands on. */
export interface ConnectionParts {
  readonly socket: Socket;
  readonly peer: StreamPeer;
  readonly clock: Clock;
  /** Bytes that one message may have that comes in. */
  readonly maxMessageSize: number;
  readonly times: HealthTimes;
  /** Bytes held for peers, by their addresses; where given, a peer that has too much under way is not listened to meanwhile. */
  readonly held?: ClientBounds;
  readonly events: ConnectionEvents;
}

const underWayAtMost = 32;
const unsentFramesAtMost = 1024;
const unsentBytesAtMost = 256 * 1024;
const closeWithin = 1000;

/** One connection (RFC 8323): frames, signalling, and what it may hold. */
export class StreamConnection {
  readonly peer: StreamPeer;
  readonly #parts: ConnectionParts;
  readonly #reader: FrameReader;
  readonly #health: ConnectionHealth;
  readonly #underWay = new RequestsUnderWay();
  readonly #pings = new Pings();
  readonly #held: HeldBytes | undefined;
  #state: 'greeting' | 'open' | 'leaving' | 'over' = 'greeting';
  #error: Error | undefined;
  #unsent = 0;
  #isReading = false;
  #isHeard = true;

  constructor(parts: ConnectionParts) {
    const { socket, peer, clock, maxMessageSize, times, held } = parts;
    this.peer = peer;
    this.#parts = parts;
    this.#reader = new FrameReader(maxMessageSize);
    this.#health = new ConnectionHealth(clock.now(), times);
    this.#held = held && new HeldBytes(held, peer.address);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.#leave());
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.once('close', () => this.#closed());
    this.#write(csm(maxMessageSize)); // RFC 8323 section 5.3: the first message of both ends
  }

  /** Sends one message; `settled` hears once whether its bytes were taken. */
  send(frame: Frame, settled?: (outcome: Outcome) => void): void {
    if (this.#state === 'over') queueMicrotask(() => settled?.('unreachable'));
    else this.#write(frame, settled);
  }

  /** Counts a request that has come; the returned function says that it was answered. */
  begin(): () => void {
    const end = this.#underWay.begin();
    return () => {
      end();
      this.#read();
      if (this.#state === 'leaving' && this.#underWay.size === 0) this.#parts.socket.end();
    };
  }

  /** Asks whether the other end is there (RFC 8323 section 5.4). */
  ping(settled: (outcome: Outcome) => void): void {
    this.send(ping(this.#pings.begin(settled)));
  }

  /** Looks after it; to be called every few seconds. */
  beat(): void {
    const { clock, socket } = this.#parts;
    const found = this.#health.look(clock.now(), {
      arriving: this.#reader.waiting,
      leaving: socket.writableLength,
      taken: socket.bytesWritten - socket.writableLength,
      isBusy: this.#underWay.size > 0,
    });
    if (found === 'dead') this.#cut(silent());
    else if (found === 'unused') this.release();
    else if (found === 'quiet' && this.#pings.size === 0) this.ping(() => undefined);
  }

  /** Ends it in good order, within a second (RFC 8323 section 5.5). */
  release(): void {
    if (this.#state !== 'over') this.#end(release());
  }

  /** Whether it alone keeps the process alive. */
  keepAlive(on: boolean): void {
    if (on) this.#parts.socket.ref();
    else this.#parts.socket.unref();
  }

  #receive(chunk: Buffer): void {
    if (this.#state === 'over') return;
    this.#health.heard(this.#parts.clock.now());
    this.#reader.push(chunk);
    this.#read();
    this.#account();
  }

  /** Takes the frames that are there, as long as their answers have room. */
  #read(): void {
    if (this.#isReading) return;
    const { socket, clock } = this.#parts;
    let taken = 0;
    this.#isReading = true;
    socket.cork();
    try {
      while (this.#state !== 'over' && !this.#isFull()) {
        const frame = this.#reader.next();
        if (frame === undefined) break;
        taken++;
        this.#take(frame);
        if (isNotification(frame)) this.#letHear();
      }
    } catch (error) {
      // RFC 8323 section 5.6
      if (error instanceof WotError) this.#abort(error);
      else this.#cut(error as Error);
    }
    socket.uncork();
    this.#isReading = false;
    if (this.#isFull()) socket.pause();
    else socket.resume();
    this.#health.read(clock.now(), this.#reader.waiting, taken > 0);
  }

  /** Who registered for a notification hears it before the next one is taken. */
  #letHear(): void {
    this.#isHeard = false;
    setImmediate(() => {
      this.#isHeard = true;
      this.#read();
    });
  }

  #isFull(): boolean {
    if (!this.#isHeard || this.#unsent > unsentFramesAtMost) return true;
    const { held, socket } = this.#parts;
    return (
      held !== undefined &&
      (this.#underWay.size >= underWayAtMost || socket.writableLength > unsentBytesAtMost)
    );
  }

  #take(frame: ReceivedFrame): void {
    const { code } = frame;
    if (code === emptyCode) return; // RFC 8323 section 3.4
    if (code.startsWith('7.')) this.#signalled(frame);
    else if (this.#state === 'greeting') throw unintroduced();
    else {
      if (code.startsWith('0.')) {
        this.#health.used(this.#parts.clock.now(), optionUint(frame.options, optionNumber.observe) === 0);
      }
      this.#parts.events.message(frame);
    }
  }

  #signalled(frame: ReceivedFrame): void {
    const { code, options, token, payload } = frame;
    if (code === signalCode.abort) {
      this.#cut(aborted(payload.toString()));
      return;
    }
    const critical = criticalOption(options);
    if (critical !== undefined) {
      this.#abort(signalOptionUnknown(critical), code === signalCode.csm ? critical : undefined);
    } else if (code === signalCode.csm) this.#greet(frame);
    else if (this.#state === 'greeting') throw unintroduced();
    else if (code === signalCode.ping && asksForCustody(options))
      this.#underWay.whenAnswered((inCustody) => this.send(pong(token, inCustody)));
    else if (code === signalCode.ping) this.send(pong(token, false));
    else if (code === signalCode.pong) this.#pings.answered(token);
    else if (code === signalCode.release) this.#leave();
  }

  #greet({ options }: ReceivedFrame): void {
    this.peer.capabilities = withCsm(this.peer.capabilities, options);
    if (this.#state !== 'greeting') return;
    this.#state = 'open';
    this.#health.greeted();
    this.#parts.events.greeted();
  }

  /** The other end wants to close: what is under way is answered yet. */
  #leave(): void {
    if (this.#state === 'over' || this.#state === 'leaving') return;
    this.#state = 'leaving';
    this.#parts.events.leaving();
    if (this.#underWay.size === 0 && this.#parts.held !== undefined) this.#parts.socket.end();
  }

  #write(frame: Frame, settled?: (outcome: Outcome) => void): void {
    this.#unsent++;
    this.#parts.socket.write(encodeFrame(frame), (error) => {
      this.#unsent--;
      settled?.(error ? 'unreachable' : 'acked');
      if (error) return;
      this.#account();
      if (this.#parts.socket.isPaused()) this.#read();
    });
    this.#account();
  }

  /** Counts what is held; who has more than the bounds is cut off. */
  #account(): void {
    if (this.#state === 'over') return;
    const bytes = this.#reader.waiting + this.#parts.socket.writableLength;
    if (this.#held?.count(bytes) === false) this.#cut(heldTooMuch());
  }

  #abort(error: WotError, badCsmOption?: number): void {
    this.#error ??= error;
    this.#end(abort(error.message, badCsmOption));
  }

  /** Says a last word and closes. */
  #end(last: Frame): void {
    const { socket, clock } = this.#parts;
    this.#write(last);
    this.#over();
    socket.end();
    socket.ref(); // who waits for the end must not end before
    socket.resume(); // what still comes is not heard, but the end of it is
    const timer = clock.after(closeWithin, () => socket.destroy());
    socket.once('close', () => timer.cancel());
  }

  #cut(error: Error): void {
    this.#error ??= error;
    this.#over();
    this.#parts.socket.destroy();
  }

  #over(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#held?.count(0);
    this.#pings.end();
  }

  #closed(): void {
    this.#over();
    this.#parts.events.closed(this.#error);
  }
}

function isNotification({ code, options }: ReceivedFrame): boolean {
  return isSuccess(code) && options.some(({ number }) => number === optionNumber.observe);
}
