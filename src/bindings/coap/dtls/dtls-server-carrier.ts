import { type Clock, systemClock, type Timer, waitingClock } from '../../../contracts/clock.ts';
import type { Logger } from '../../../contracts/logger.ts';
import type { Carrier, CarrierEvents } from '../endpoint/carrier.ts';
import type { Peer } from '../endpoint/endpoint.ts';
import { resolveHost } from '../endpoint/resolve-host.ts';
import { notSent } from './dtls-errors.ts';
import { DtlsRun, type Service } from './dtls-run.ts';
import { keyTexts } from './notes.ts';

const firstPause = 100;
const longestPause = 30_000;

/** The carrier of a DTLS server: a process of its own has the socket and the sessions, and is started anew when it ends. */
export class DtlsServerCarrier implements Carrier {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #service: Service;
  #run: DtlsRun | undefined;
  #restart: Timer | undefined;
  #pause = firstPause;
  #begunAt = 0;
  #isClosed = false;
  /** Why it does not serve just now. */
  fault: string | undefined;

  /** `service.address` may be a name. */
  constructor(service: Service, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#service = service;
    this.#clock = clock;
    this.#logger = logger;
  }

  get port(): number {
    return this.#service.port;
  }

  /** Rejects with WotError `unavailable` DTLS_UNAVAILABLE, HOST_UNKNOWN, ADDRESS_IN_USE or BIND_FAILED, or `invalid` CREDENTIALS_REFUSED. */
  async open(events: CarrierEvents): Promise<void> {
    const { address } = await resolveHost(this.#service.address);
    this.#service = { ...this.#service, address };
    await this.#begin(events);
  }

  send(peer: Peer, bytes: Buffer, failed?: (error: Error) => void): void {
    if (!this.#run?.send(peer, bytes)) failed?.(notSent());
  }

  /** Changes the pre-shared keys; sessions by a key that is gone or another now are closed. */
  updateKeys(psk: Readonly<Record<string, Uint8Array>>): void {
    const texts = keyTexts(psk);
    this.#service = { ...this.#service, psk: texts };
    this.#run?.updateKeys(texts);
  }

  keepAlive(on: boolean): void {
    this.#run?.keepAlive(on);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#restart?.cancel();
    await this.#run?.close();
  }

  async #begin(events: CarrierEvents): Promise<void> {
    const lost = (error: Error): void => this.#lost(error, events);
    const run = await DtlsRun.start(this.#clock, this.#service, { ...events, lost });
    if (this.#isClosed) return run.close();
    this.#run = run;
    this.#begunAt = this.#clock.now();
    this.#service = { ...this.#service, port: run.port };
    this.fault = undefined;
  }

  #lost(error: Error, events: CarrierEvents): void {
    if (this.#isClosed) return;
    this.#run = undefined;
    if (this.#clock.now() - this.#begunAt > longestPause) this.#pause = firstPause;
    this.fault = `CoAPS does not serve just now: ${error.message.replace(/\.$/, '')}; it starts again by itself`;
    this.#logger.error('The DTLS process has ended; it is started again', { error, pause: this.#pause });
    // A servient that waits for its server's return must not end meanwhile.
    const clock = this.#clock === systemClock ? waitingClock : this.#clock;
    this.#restart = clock.after(this.#pause, () => {
      this.#begin(events).catch((again: Error) => this.#lost(again, events));
    });
    this.#pause = Math.min(2 * this.#pause, longestPause);
  }
}
