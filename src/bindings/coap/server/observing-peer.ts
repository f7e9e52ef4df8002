import type { Endpoint, Outcome, TokenEnvelope } from '../endpoint/endpoint.ts';
import type { BlockTransfers } from './block-transfers.ts';
import type { CoapObserver, Notification } from './coap-observer.ts';
import type { Sender, SendingTurns } from './sending-turns.ts';

/** What the notifications to a peer go through. */
export interface NotificationWay {
  readonly endpoint: Endpoint;
  readonly blocks: BlockTransfers;
  readonly turns: SendingTurns;
}

const fetchWithin = 5000;
// RFC 7641 section 4.5.1: where the round-trip time is not known. Whoever is told more often acknowledges it.
const unconfirmedEvery = 3000;
const provenEvery = 30_000;
const silentAtMost = 150_000;

/**
 * One endpoint with its observations: one confirmable notification at a time (RFC 7641 section 4.5.1), and every
 * observation in its turn. While the peer fetches the blocks of one, the others go on.
 */
export class ObservingPeer implements Sender {
  readonly #way: NotificationWay;
  readonly #observers = new Map<string, CoapObserver>();
  readonly #due = new Set<CoapObserver>();
  /** What gives up the message, or the fetch, that an observation waits for. */
  readonly #underWay = new Map<CoapObserver, () => void>();
  #awaitsAck = false;
  #provenAt: number;
  #unconfirmedAt = 0;

  constructor(way: NotificationWay) {
    this.#way = way;
    this.#provenAt = way.endpoint.clock.now();
  }

  get size(): number {
    return this.#observers.size;
  }

  get observers(): readonly CoapObserver[] {
    return [...this.#observers.values()];
  }

  get(token: Buffer): CoapObserver | undefined {
    return this.#observers.get(token.toString('latin1'));
  }

  set(token: Buffer, observer: CoapObserver): void {
    this.#observers.set(token.toString('latin1'), observer);
  }

  /** Forgets one that is over. */
  remove(observer: CoapObserver): void {
    this.#due.delete(observer);
    this.#underWay.get(observer)?.();
    const { token } = observer.request;
    // Another may have taken its place.
    if (this.get(token) === observer) this.#observers.delete(token.toString('latin1'));
  }

  /** The first response is on its way. */
  begun(observer: CoapObserver, isCut: boolean): void {
    this.#provenAt = this.#way.endpoint.clock.now();
    // What follows a large value waits until it is fetched, else until the response has left.
    if (isCut) this.#awaitFetch(observer);
    else setImmediate(() => observer.proceed());
  }

  due(observer: CoapObserver): void {
    this.#due.add(observer);
    this.#goOn();
  }

  sendNext(): void {
    for (const observer of this.#due) {
      if (this.#awaitsAck) break;
      this.#due.delete(observer);
      const notification = observer.next();
      if (notification === undefined) continue;
      this.#send(observer, notification);
      break;
    }
    this.#goOn();
  }

  /** Ends all observations: the peer is gone. */
  end(): void {
    for (const observer of this.observers) observer.end();
  }

  /** Finds out whether a peer that was silent is still there, so that its observations make room. */
  probe(): void {
    const [observer] = this.#observers.values();
    const { endpoint } = this.#way;
    if (observer === undefined || endpoint.clock.now() - this.#provenAt < silentAtMost) return;
    endpoint.ping(observer.request.peer, (outcome) => {
      if (isLost(outcome)) this.end();
    });
  }

  #goOn(): void {
    if (this.#due.size > 0 && !this.#awaitsAck) this.#way.turns.add(this);
  }

  #send(observer: CoapObserver, { whole, mayBeLost }: Notification): void {
    const { endpoint, blocks } = this.#way;
    const { request } = observer;
    const first = blocks.begin(request, whole);
    const isCut = first.payload.length !== whole.payload.length;
    const message = { ...first, token: request.token };
    // Only what is acknowledged gives an allowance back.
    const isBounded = request.peer.allowance !== undefined;
    if (mayBeLost && !isCut && !isBounded && this.#takesUnconfirmed()) {
      endpoint.send(request.peer, message, () => observer.end());
      observer.proceed();
    } else this.#confirm(observer, message, isCut);
  }

  /** Whether it is known to be there, and was sent nothing unconfirmed just now (RFC 7641 section 4.5). */
  #takesUnconfirmed(): boolean {
    const now = this.#way.endpoint.clock.now();
    if (now - this.#provenAt >= provenEvery || now - this.#unconfirmedAt < unconfirmedEvery) return false;
    this.#unconfirmedAt = now;
    return true;
  }

  /** Sends until it is acknowledged; what was cut into blocks waits until it is fetched, too. */
  #confirm(observer: CoapObserver, message: TokenEnvelope, isCut: boolean): void {
    this.#awaitsAck = true;
    const giveUp = this.#way.endpoint.confirm(observer.request.peer, message, (outcome) => {
      this.#awaitsAck = false;
      this.#underWay.delete(observer);
      this.#settled(observer, outcome, isCut);
      this.#goOn();
    });
    if (this.#awaitsAck) this.#underWay.set(observer, giveUp);
  }

  #settled(observer: CoapObserver, outcome: Outcome, isCut: boolean): void {
    // RFC 7641 section 4.5: whoever stays silent is gone, unless it was not sent all for lack of an allowance.
    if (isLost(outcome) && observer.request.peer.allowance === undefined) this.end();
    else if (outcome !== 'acked') observer.end();
    else this.#arrived(observer, isCut);
  }

  #arrived(observer: CoapObserver, isCut: boolean): void {
    this.#provenAt = this.#way.endpoint.clock.now();
    if (isCut) this.#awaitFetch(observer);
    else observer.proceed();
  }

  /** Goes on when the peer has fetched the last block, or takes too long to. */
  #awaitFetch(observer: CoapObserver): void {
    const { endpoint, blocks } = this.#way;
    const stop = (): void => {
      timer.cancel();
      forget();
      this.#underWay.delete(observer);
    };
    const done = (): void => {
      stop();
      observer.proceed();
    };
    const timer = endpoint.clock.after(fetchWithin, done);
    const forget = blocks.whenFetched(observer.request, done);
    this.#underWay.set(observer, stop);
  }
}

const isLost = (outcome: Outcome): boolean => outcome === 'timeout' || outcome === 'unreachable';
