import type { ServerBinding } from '../../contracts/binding.ts';
import { CoapEndpoint } from './endpoint/coap-endpoint.ts';
import { boundUdp } from './endpoint/udp-carrier.ts';
import { CoapServer } from './server/coap-binding.ts';

export interface CoapOptions {
  /** Default 5683; 0 takes a free one. */
  readonly port?: number;
  /** Bind address; default: the servient's. */
  readonly host?: string;
}

/** Things over CoAP: RFC 7252 with Observe, block-wise transfer and FETCH. */
export function coap(options: CoapOptions = {}): ServerBinding {
  return new CoapServer({
    name: 'coap',
    async open(listener, host) {
      const bind = host.bindAddress(options.host);
      const endpoint = new CoapEndpoint(boundUdp(bind, options.port ?? 5683), listener, host);
      await endpoint.open();
      return { endpoint, bind };
    },
  });
}
