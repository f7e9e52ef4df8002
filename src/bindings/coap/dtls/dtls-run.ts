import type { Clock } from '../../../contracts/clock.ts';
import type { WotError } from '../../../contracts/errors.ts';
import { bindError } from '../endpoint/bind-error.ts';
import type { CarrierEvents } from '../endpoint/carrier.ts';
import type { Peer } from '../endpoint/endpoint.ts';
import { credentialsRefused } from '../security/credentials.ts';
import { DtlsChild, type LinkNote } from './dtls-child.ts';
import { sessionOver } from './dtls-errors.ts';
import type { KeyTexts, NoteToProcess, Refusal } from './notes.ts';

/** What a process is to serve. */
export type Service = Omit<Extract<NoteToProcess, { readonly do: 'serve' }>, 'do' | 'link'>;

/** Whom a run tells what happens. */
export interface RunEvents extends CarrierEvents {
  /** The process has ended or lost its socket; what became of the peers was told. */
  lost(error: Error): void;
}

type NoteOf<I> = Extract<LinkNote, { readonly is: I }>;

let runs = 0;

/** One life of a process that serves DTLS. */
export class DtlsRun {
  readonly #child: DtlsChild;
  readonly #service: Service;
  readonly #events: RunEvents;
  readonly #link: number;
  readonly #peers = new Map<number, Peer>();
  /** By the peer's key. */
  readonly #sessions = new Map<string, number>();
  readonly #number = ++runs;
  readonly #opening = Promise.withResolvers<void>();
  #port = 0;
  #state: 'opening' | 'serving' | 'over' = 'opening';

  /** To be had by `start`. */
  private constructor(child: DtlsChild, service: Service, events: RunEvents) {
    this.#child = child;
    this.#service = service;
    this.#events = events;
    this.#link = child.addLink({
      note: (note) => this.#note(note),
      message: (session, bytes) => {
        const peer = this.#peers.get(session);
        if (peer) events.datagram(bytes, peer);
      },
      lost: (error) => this.#lose(error),
    });
    child.keepAlive(this.#link, true);
    child.say({ ...service, do: 'serve', link: this.#link });
  }

  /** Rejects with WotError `unavailable` DTLS_UNAVAILABLE, ADDRESS_IN_USE or BIND_FAILED, or `invalid` CREDENTIALS_REFUSED. */
  static async start(clock: Clock, service: Service, events: RunEvents): Promise<DtlsRun> {
    const run = new DtlsRun(await DtlsChild.start(clock), service, events);
    await run.#opening.promise;
    return run;
  }

  /** The port that is bound. */
  get port(): number {
    return this.#port;
  }

  /** False where the message is dropped: the session is over, or the process does not keep up. */
  send({ key }: Peer, message: Buffer): boolean {
    const session = this.#sessions.get(key);
    return session !== undefined && this.#child.send(session, message);
  }

  updateKeys(psk: KeyTexts): void {
    this.#child.say({ do: 'update-keys', link: this.#link, psk });
  }

  keepAlive(on: boolean): void {
    this.#child.keepAlive(this.#link, on);
  }

  /** Closes all sessions and the process; nothing is told any more. */
  close(): Promise<void> {
    this.#state = 'over';
    return this.#child.end();
  }

  #note(note: LinkNote): void {
    if (note.is === 'begun') this.#begin(note);
    else if (note.is === 'ended') this.#end(note.session, sessionOver(note.reason));
    else if (note.is === 'refused') this.#lose(refusedError(note, this.#service));
    else {
      this.#state = 'serving';
      this.#port = note.port;
      this.#opening.resolve();
    }
  }

  #begin({ session, address, port, identity }: NoteOf<'begun'>): void {
    const key = `${address} ${port} ${this.#number}.${session}`;
    this.#peers.set(session, { address, port, key, isVerified: true, ...(identity && { identity }) });
    this.#sessions.set(key, session);
  }

  #end(session: number, error: Error): void {
    const peer = this.#peers.get(session);
    if (!peer) return;
    this.#peers.delete(session);
    this.#sessions.delete(peer.key);
    this.#events.failed(error, peer);
  }

  #lose(error: Error): void {
    const before = this.#state;
    if (before === 'over') return;
    this.#state = 'over';
    void this.#child.end();
    this.#opening.reject(error);
    for (const session of [...this.#peers.keys()]) this.#end(session, error);
    if (before === 'serving') this.#events.lost(error);
  }
}

function refusedError({ why, code, reason }: Refusal, service: Service): WotError {
  if (why === 'credentials') return credentialsRefused('coaps', reason);
  return bindError('CoAPS', service, Object.assign(new Error(reason), { code }));
}
