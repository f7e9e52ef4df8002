import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../contracts/clock.ts';
import { isLoopback } from '../../../security/bind-address.ts';
import { optionBytes, optionNumber } from '../messages/coap-option.ts';
import { Allowance } from './allowance.ts';
import type { Inbound, Peer } from './endpoint.ts';

export interface ReachabilityOptions {
  readonly clock: Clock;
  /** Whether loopback addresses need no proof, for nobody on the network can forge them; default true. */
  readonly trustLoopback?: boolean | undefined;
}

const slotLength = 120_000;
const verifiedFor = 300_000;
const verifiedAtMost = 16_384;
const echoLength = 8;

/** Which peers have shown that they are where they say, by sending back an Echo option (RFC 9175 section 2). */
export class Reachability {
  readonly #clock: Clock;
  readonly #trustLoopback: boolean;
  readonly #secret = randomBytes(32);
  /** Until when, by the key of the peer; those verified longest ago first. */
  readonly #verified = new Map<string, number>();

  constructor({ clock, trustLoopback = true }: ReachabilityOptions) {
    this.#clock = clock;
    this.#trustLoopback = trustLoopback;
  }

  /** A request whose sender has an allowance where it is not verified; a fresh Echo option verifies it. */
  judged(request: Inbound): Inbound {
    const { peer, bytes } = request;
    if (this.#isVerified(peer)) return request;
    const echo = optionBytes(request.options, optionNumber.echo);
    if (echo !== undefined && this.#isFresh(echo, peer)) {
      this.#remember(peer);
      return request;
    }
    const proof = { echo: () => this.#echo(peer, 0), isGiven: () => this.#isVerified(peer) };
    return { ...request, peer: { ...peer, allowance: new Allowance(bytes, proof) } };
  }

  #remember({ key }: Peer): void {
    this.#verified.delete(key);
    this.#verified.set(key, this.#clock.now() + verifiedFor);
    if (this.#verified.size > verifiedAtMost)
      this.#verified.delete(this.#verified.keys().next().value ?? key);
  }

  #isVerified({ key, address, isVerified }: Peer): boolean {
    if (isVerified || (this.#trustLoopback && isLoopback(address))) return true;
    return (this.#verified.get(key) ?? 0) > this.#clock.now();
  }

  #isFresh(echo: Buffer, peer: Peer): boolean {
    return [0, 1].some((age) => isEqual(echo, this.#echo(peer, age)));
  }

  /** The value for a peer, `age` time slots ago; made anew, so that peers who only claim an address cost no memory. */
  #echo({ key }: Peer, age: number): Buffer {
    const slot = Math.floor(this.#clock.now() / slotLength) - age;
    return createHmac('sha256', this.#secret).update(`${slot} ${key}`).digest().subarray(0, echoLength);
  }
}

function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
