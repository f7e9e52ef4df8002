import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../../../../contracts/clock.ts';
import type { Bounds } from '../../../../security/client-bounds.ts';
import type { Address } from '../../endpoint/endpoint.ts';
import type { ServerSecurity } from '../../security/credentials.ts';
import { type Association, Associations } from './associations.ts';
import { CookieListener } from './cookie-listener.ts';
import type { NativeSession } from './dtls-context.ts';
import { DtlsSession } from './dtls-session.ts';
import type { OpenSsl } from './openssl.ts';
import { epochOf, helloOf, recordsOf } from './records.ts';

/** How much a DTLS server holds, and how long: ms until a handshake must be complete, and that a session may be silent. */
export interface DtlsLimits {
  readonly sessions: Bounds;
  readonly halfOpen: Bounds;
  readonly handshake: number;
  readonly silence: number;
}

/** A session takes 80 kB, a half-open one at most 0.5 MB. */
export const defaultLimits: DtlsLimits = {
  sessions: { most: 2048, mostPerClient: 512 },
  halfOpen: { most: 256, mostPerClient: 128 },
  handshake: 15_000,
  silence: 3_600_000,
};

/** Whom a server takes, and how it proves itself; PEM texts. */
export interface ServerCredentials extends Omit<ServerSecurity, 'psk'> {
  /** Without it certificates alone are taken. */
  readonly psk?: ReadonlyMap<string, Uint8Array>;
}

/** What a server needs, and whom it tells; an association is told of from `began` to `ended`. */
export interface ServerParts {
  readonly openSsl: OpenSsl;
  readonly clock: Clock;
  readonly limits: DtlsLimits;
  transmit(datagram: Buffer, to: Address): void;
  began(association: Association): void;
  /** The bytes are valid during the call. */
  message(association: Association, bytes: Uint8Array): void;
  ended(association: Association, reason: string): void;
}

/** OpenSSL keeps records that it has no keys for yet, 17 kB each. */
const earlyRecordsAtMost = 16;
/** No record is larger, and the memory that OpenSSL reads from does not shrink again. */
const largestDatagram = 17_000;
const repeatEvery = 250;
const sweepEvery = 60_000;

/** The sessions of a DTLS server by address; it does not touch sockets. */
export class DtlsServer {
  readonly #parts: ServerParts;
  readonly #listener: CookieListener;
  readonly #established: Associations;
  readonly #halfOpen: Associations;
  readonly #sweep: Timer;
  #psk: ReadonlyMap<string, Uint8Array>;
  #repeat: Timer | undefined;

  /** Throws an Error where OpenSSL refuses the credentials. */
  constructor(parts: ServerParts, { psk, ...credentials }: ServerCredentials) {
    const { openSsl, clock, limits } = parts;
    this.#parts = parts;
    this.#psk = psk ?? new Map();
    this.#established = new Associations(limits.sessions);
    this.#halfOpen = new Associations(limits.halfOpen);
    // A peer of unknown identity fails like one with a wrong key, so that identities cannot be found out.
    const keyOf = (identity: string): Uint8Array => this.#psk.get(identity) ?? randomBytes(16);
    this.#listener = new CookieListener(openSsl, clock, { ...credentials, ...(psk && { keyOf }) });
    this.#sweep = clock.every(Math.min(sweepEvery, limits.silence), () => this.#closeSilent());
  }

  receive(datagram: Buffer, from: Address): void {
    if (datagram.length > largestDatagram) return;
    const at = `${from.address} ${from.port}`;
    const halfOpen = this.#halfOpen.get(at);
    const established = this.#established.get(at);
    const hello = helloOf(datagram);
    if (hello !== undefined && hello !== halfOpen?.hello && hello !== established?.hello) {
      const native = this.#listener.hear(datagram, at, (answer) => this.#parts.transmit(answer, from));
      if (native) this.#open(native, { ...from, at, hello });
      return;
    }
    if (halfOpen && !isTooEarly(halfOpen, datagram)) halfOpen.session.receive(datagram);
    // RFC 6347 section 4.2.8: the session lives on until the new handshake is complete.
    if (established && (!halfOpen || epochOf(datagram) > 0)) {
      established.heardAt = this.#parts.clock.now();
      established.session.receive(datagram);
    }
  }

  /** Changes the pre-shared keys; sessions by a key that is gone or another now are closed. */
  updateKeys(psk: ReadonlyMap<string, Uint8Array>): void {
    const before = this.#psk;
    this.#psk = psk;
    for (const association of this.#halfOpen.list()) this.#giveUp(association);
    for (const association of this.#established.list()) {
      const { identity } = association;
      if (identity?.scheme !== 'psk') continue;
      const [was, is] = [before.get(identity.identity), psk.get(identity.identity)];
      if (!was || !is || Buffer.compare(was, is) !== 0)
        this.#close(association, 'its key is no longer valid');
    }
  }

  /** Closes all sessions. */
  close(): void {
    this.#sweep.cancel();
    for (const association of this.#halfOpen.list()) this.#giveUp(association);
    for (const association of this.#established.list()) this.#close(association, 'the server stops');
    this.#listener.close();
  }

  #open(native: NativeSession, place: Pick<Association, 'address' | 'port' | 'at' | 'hello'>): void {
    const { clock, openSsl } = this.#parts;
    const before = this.#halfOpen.get(place.at);
    if (before) this.#giveUp(before);
    const session = new DtlsSession(openSsl, native, {
      transmit: (datagram) => this.#parts.transmit(datagram, place),
      up: () => this.#establish(association),
      message: (bytes) => this.#parts.message(association, bytes),
      ended: (reason) => this.#ended(association, reason),
    });
    const association: Association = { ...place, session, heardAt: clock.now(), earlyRecords: 0 };
    const surplus = this.#halfOpen.add(association);
    if (surplus) this.#giveUp(surplus);
    this.#repeat ??= clock.every(repeatEvery, () => this.#repeatHandshakes());
    session.begin();
  }

  #establish(association: Association): void {
    this.#halfOpen.delete(association);
    const before = this.#established.get(association.at);
    if (before) this.#drop(before, 'the peer has begun a new one');
    association.identity = association.session.identity();
    association.heardAt = this.#parts.clock.now();
    const surplus = this.#established.add(association);
    if (surplus) this.#close(surplus, 'others need its place');
    this.#parts.began(association);
  }

  #repeatHandshakes(): void {
    const late = this.#parts.clock.now() - this.#parts.limits.handshake;
    for (const association of this.#halfOpen.list()) {
      if (association.heardAt <= late) this.#giveUp(association);
      else association.session.repeat();
    }
    if (this.#halfOpen.size > 0) return;
    this.#repeat?.cancel();
    this.#repeat = undefined;
  }

  #closeSilent(): void {
    const silentSince = this.#parts.clock.now() - this.#parts.limits.silence;
    for (const association of this.#established.list()) {
      if (association.heardAt <= silentSince) this.#close(association, 'it was silent too long');
    }
  }

  #giveUp(association: Association): void {
    this.#halfOpen.delete(association);
    association.session.drop();
  }

  #close(association: Association, reason: string): void {
    association.session.close();
    this.#ended(association, reason);
  }

  #drop(association: Association, reason: string): void {
    association.session.drop();
    this.#ended(association, reason);
  }

  #ended(association: Association, reason: string): void {
    this.#halfOpen.delete(association);
    if (this.#established.delete(association)) this.#parts.ended(association, reason);
  }
}

function isTooEarly(halfOpen: Association, datagram: Buffer): boolean {
  for (const { epoch } of recordsOf(datagram)) if (epoch > 0) halfOpen.earlyRecords++;
  return halfOpen.earlyRecords > earlyRecordsAtMost;
}
