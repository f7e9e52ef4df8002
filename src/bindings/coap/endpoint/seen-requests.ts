import type { Clock } from '../../../contracts/clock.ts';
import { isSafe, methodCode } from '../messages/coap-code.ts';
import { optionNumber } from '../messages/coap-option.ts';
import { AddressCache } from './address-cache.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Inbound } from './endpoint.ts';

/** Texts, one character per byte: small buffers share memory, and each would keep that of all. */
interface Kept {
  readonly token: string;
  readonly reply: string | undefined;
}

interface SeenRequest {
  /** The answer or ACK, once there is one. */
  readonly reply: Buffer | undefined;
}

const mebibyte = 1024 * 1024;
const repeatableBytes = 4 * mebibyte;
const once = { maxBytes: 32 * mebibyte, maxBytesPerAddress: 8 * mebibyte };

/**
 * The requests of the last 247 s, for the duplicates among them (RFC 7252 section 4.5). A plain GET is forgotten when it
 * is answered in one message: whoever repeats it is answered anew, as that section allows, and most requests cost no
 * memory. All others that may be carried out again share a cache; of those that may not every address has one, and the
 * addresses silent longest lose theirs first. A key names the peer and the message id.
 */
export class SeenRequests {
  readonly #underWay = new Map<string, Kept>();
  readonly #repeatable: BoundedCache<Kept>;
  readonly #once: AddressCache<Kept>;

  constructor(clock: Clock) {
    this.#repeatable = new BoundedCache({ clock, maxBytes: repeatableBytes });
    this.#once = new AddressCache({ clock, ...once });
  }

  /** What was kept of the request that this one repeats; one that reuses an id with another token is new. */
  get(key: string, request: Inbound): SeenRequest | undefined {
    const seen = isSafe(request.code)
      ? (this.#underWay.get(key) ?? this.#repeatable.get(key))
      : this.#once.get(request.peer, key);
    if (seen === undefined || seen.token !== textOf(request.token)) return undefined;
    return { reply: seen.reply === undefined ? undefined : Buffer.from(seen.reply, 'latin1') };
  }

  /** `isBegun` says that the reply is the first of several blocks. */
  set(key: string, request: Inbound, reply?: Buffer, isBegun = false): void {
    const token = textOf(request.token);
    if (reply === undefined && isPlain(request)) {
      this.#underWay.set(key, { token, reply });
      return;
    }
    // What only says that the answer comes later is kept, and what later blocks go on from.
    if (this.#underWay.delete(key) && reply?.readUInt8(1) !== 0 && !isBegun) return;
    const seen = { token, reply: reply && textOf(reply) };
    const bytes = reply?.length ?? 0;
    if (isSafe(request.code)) this.#repeatable.set(key, seen, bytes);
    else this.#once.set(request.peer, key, seen, bytes);
  }
}

const textOf = (bytes: Buffer): string => bytes.toString('latin1');

/** A confirmable GET that observes nothing: there will be an answer or an ACK. */
function isPlain({ type, code, options }: Inbound): boolean {
  if (type !== 'CON' || code !== methodCode.GET) return false;
  return options.every(({ number }) => number !== optionNumber.observe);
}
