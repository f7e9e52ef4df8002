import type { Clock } from '../../../contracts/clock.ts';
import { silentLogger } from '../../../contracts/logger.ts';
import { type ClientTransport, hrefOf } from '../client/client-transport.ts';
import { CoapEndpoint } from '../endpoint/coap-endpoint.ts';
import { chosenSecurity, type SecurityChoice } from '../security/credentials.ts';
import { DtlsChild } from './dtls-child.ts';
import { DtlsClientCarrier } from './dtls-client-carrier.ts';

const unavailableFor = 30_000;

/** CoAP over DTLS for a client: one process speaks it for all connections, started with the first. */
export class DtlsClient {
  readonly #security: SecurityChoice;
  #child: Promise<DtlsChild> | undefined;

  constructor(security: SecurityChoice = {}) {
    this.#security = security;
  }

  /** Rejects with WotError `unavailable` DTLS_UNAVAILABLE, `invalid` CREDENTIALS_REFUSED, `timeout` HANDSHAKE_TIMEOUT, `unauthenticated` CREDENTIALS_MISSING or HANDSHAKE_REFUSED, or `internal` CERTIFICATE_NOT_TRUSTED. */
  readonly open: ClientTransport = async (to, listener, { clock }) => {
    const href = hrefOf('coaps', to);
    const security = chosenSecurity(this.#security, href);
    const carrier = new DtlsClientCarrier(await this.#started(clock), {
      to,
      href,
      security,
      clock,
    });
    const endpoint = new CoapEndpoint(carrier, listener, { clock, logger: silentLogger });
    await endpoint.open();
    return { endpoint, peer: carrier.peer };
  };

  /** Ends the process; connections are closed before. */
  async stop(): Promise<void> {
    const child = await this.#child?.catch(() => undefined);
    await child?.end();
  }

  #started(clock: Clock): Promise<DtlsChild> {
    if (this.#child) return this.#child;
    const child = DtlsChild.start(clock);
    const forget = (): void => {
      if (this.#child === child) this.#child = undefined;
    };
    this.#child = child;
    child.then(
      ({ exited }) => exited.then(forget),
      () => clock.after(unavailableFor, forget), // not a process for every request that cannot succeed
    );
    return child;
  }
}
