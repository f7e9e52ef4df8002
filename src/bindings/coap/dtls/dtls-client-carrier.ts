import type { Clock } from '../../../contracts/clock.ts';
import type { Destination } from '../client/client-transport.ts';
import type { Carrier, CarrierEvents } from '../endpoint/carrier.ts';
import type { Peer } from '../endpoint/endpoint.ts';
import { peerAt } from '../endpoint/udp-carrier.ts';
import type { ClientSecurity } from '../security/credentials.ts';
import type { DtlsChild, LinkNote } from './dtls-child.ts';
import { noSession, notSent, sessionOver } from './dtls-errors.ts';

export interface ClientCarrierOptions {
  readonly to: Destination;
  readonly href: string;
  readonly security: ClientSecurity;
  readonly clock: Clock;
}

/** A peer that answers nothing for so long has lost the session, for it has been asked four times by then. */
const answersWithin = 13_000;

/** The carrier of a client's session with one server. */
export class DtlsClientCarrier implements Carrier {
  readonly port = 0;
  readonly peer: Peer;
  readonly #child: DtlsChild;
  readonly #options: ClientCarrierOptions;
  readonly #begun = Promise.withResolvers<number>();
  #events: CarrierEvents | undefined;
  #link = 0;
  #session: number | undefined;
  #unansweredSince: number | undefined;

  constructor(child: DtlsChild, options: ClientCarrierOptions) {
    this.#child = child;
    this.#options = options;
    this.peer = { ...peerAt(options.to), isVerified: true };
  }

  /** Shakes hands; rejects as `noSession` says. */
  async open(events: CarrierEvents): Promise<void> {
    const { to, security } = this.#options;
    const { psk, ...pem } = security;
    const { address, port, host } = to;
    this.#events = events;
    this.#link = this.#child.addLink({
      // One in a turn, as sockets give datagrams: who registered for notifications hears the first before the next comes.
      note: (note) => setImmediate(() => this.#note(note)),
      message: (_session, bytes) => setImmediate(() => this.#message(bytes)),
      lost: (error) => this.#lose(error),
    });
    this.keepAlive(true);
    const key = psk && { psk: { ...psk, key: Buffer.from(psk.key).toString('base64') } };
    this.#child.say({ do: 'connect', link: this.#link, address, port, host, pem, ...key });
    await this.#begun.promise.catch(async (error: unknown) => {
      await this.close();
      throw error;
    });
  }

  send(_peer: Peer, bytes: Buffer, failed?: (error: Error) => void): void {
    if (this.#isSilent(bytes)) this.#lose(new Error('The server answers nothing in this DTLS session'));
    else if (this.#session === undefined || !this.#child.send(this.#session, bytes)) failed?.(notSent());
  }

  keepAlive(on: boolean): void {
    this.#child.keepAlive(this.#link, on);
  }

  async close(): Promise<void> {
    this.#session = undefined;
    this.#child.removeLink(this.#link);
  }

  #note(note: LinkNote): void {
    const { href, security } = this.#options;
    if (note.is === 'begun') {
      this.#session = note.session;
      this.#begun.resolve(note.session);
    } else if (note.is === 'refused') this.#lose(noSession(href, note, security));
    else if (note.is === 'ended') this.#lose(sessionOver(note.reason));
  }

  #message(bytes: Buffer): void {
    if (this.#session === undefined) return;
    this.#unansweredSince = undefined;
    this.#events?.datagram(bytes, this.peer);
  }

  /** Whether the server has not answered for long, though it must; a server that has started anew cannot say that. */
  #isSilent(bytes: Buffer): boolean {
    const isConfirmable = (bytes.readUInt8(0) & 0x30) === 0;
    const now = this.#options.clock.now();
    if (isConfirmable) this.#unansweredSince ??= now;
    return isConfirmable && now - (this.#unansweredSince ?? now) > answersWithin;
  }

  #lose(error: Error): void {
    this.#begun.reject(error);
    if (this.#session === undefined) return;
    this.#session = undefined;
    this.#events?.failed(error, this.peer);
  }
}
