import type { BindingHost, ServerBinding } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { DtlsServerCarrier } from './dtls/dtls-server-carrier.ts';
import { keyTexts } from './dtls/notes.ts';
import { CoapEndpoint } from './endpoint/coap-endpoint.ts';
import type { Endpoint, EndpointListener } from './endpoint/endpoint.ts';
import { defaultPorts } from './messages/coap-uri.ts';
import {
  checkKeys,
  checkServerSecurity,
  knowsEveryCaller,
  type ServerSecurity,
} from './security/credentials.ts';
import { CoapServer, type ServerTransport } from './server/coap-binding.ts';

/** Where CoAPS listens, and whom it takes: it needs `psk`, or `cert` with `key`. */
export interface CoapsOptions extends ServerSecurity {
  /** Default 5684; 0 takes a free one. */
  readonly port?: number;
  /** Bind address; default: the servient's. With `psk` or `ca` every caller is known, so it may lie beyond loopback. */
  readonly host?: string;
}

/** The binding of CoAPS. */
export interface CoapsBinding extends ServerBinding {
  /**
   * Changes the pre-shared keys; sessions by a key that is gone or another now are closed. WotError `invalid`
   * CREDENTIALS_REFUSED for keys that cannot be used, CREDENTIALS_MISSING where `psk` was not given, be it `{}`.
   */
  updateKeys(psk: Readonly<Record<string, Uint8Array>>): void;
}

/**
 * Things over CoAP over DTLS 1.2, which a process of its own speaks. Throws WotError `invalid` CREDENTIALS_MISSING, or
 * CREDENTIALS_REFUSED for keys that cannot be used. Where DTLS is not possible it starts without addresses, and `fault` says why.
 */
export function coaps(options: CoapsOptions): CoapsBinding {
  const transport = new DtlsServerTransport(options);
  return Object.assign(new CoapServer(transport), {
    updateKeys: (psk: Readonly<Record<string, Uint8Array>>) => transport.updateKeys(psk),
  });
}

class DtlsServerTransport implements ServerTransport {
  readonly name = 'coaps';
  #options: CoapsOptions;
  #carrier: DtlsServerCarrier | undefined;
  #unavailable: string | undefined;

  constructor(options: CoapsOptions) {
    checkServerSecurity(this.name, options);
    this.#options = options;
  }

  async open(
    listener: EndpointListener,
    host: BindingHost,
  ): Promise<{ readonly endpoint: Endpoint; readonly bind: string } | undefined> {
    const { port = defaultPorts.coaps, host: own, psk, cert, key, ca } = this.#options;
    const bind = own !== undefined && knowsEveryCaller(this.#options) ? own : host.bindAddress(own);
    const pem = { ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }) };
    const service = { address: bind, port, ...(psk && { psk: keyTexts(psk) }), pem };
    const { DtlsServerCarrier } = await import('./dtls/dtls-server-carrier.ts'); // most servients need none
    const carrier = new DtlsServerCarrier(service, host);
    const endpoint = new CoapEndpoint(carrier, listener, host);
    try {
      await endpoint.open();
    } catch (error) {
      if (!(error instanceof WotError && error.code === 'DTLS_UNAVAILABLE')) throw error;
      this.#unavailable = error.message;
      host.logger.error('CoAPS is not served', { reason: error.message });
      return undefined;
    }
    this.#unavailable = undefined;
    this.#carrier = carrier;
    return { endpoint, bind };
  }

  fault(): string | undefined {
    return this.#unavailable ?? this.#carrier?.fault;
  }

  updateKeys(psk: Readonly<Record<string, Uint8Array>>): void {
    if (this.#options.psk === undefined) throw keysNotTaken();
    checkKeys(psk);
    this.#options = { ...this.#options, psk };
    this.#carrier?.updateKeys(psk);
  }
}

function keysNotTaken(): WotError {
  const message =
    'coaps takes no keys here, for it was made without psk; give it psk beside the certificate, be it {}, to add keys later.';
  return new WotError('invalid', 'CREDENTIALS_MISSING', message);
}
