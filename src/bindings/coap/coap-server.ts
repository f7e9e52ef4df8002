import type { ServerBinding } from '../../contracts/binding.ts';
import { isLoopback } from '../../security/bind-address.ts';
import { CoapEndpoint } from './endpoint/coap-endpoint.ts';
import { Reachability } from './endpoint/reachability.ts';
import { boundUdp } from './endpoint/udp-carrier.ts';
import { CoapServer } from './server/coap-binding.ts';

export interface CoapOptions {
  /** Default 5683; 0 takes a free one. */
  readonly port?: number;
  /** Bind address; default: the servient's. */
  readonly host?: string;
  /** Whether to answer discovery that is sent to All-CoAP-Nodes; default: where the bind address is not loopback. */
  readonly multicast?: boolean;
  /** Whether loopback peers are sent large answers without proof of their address; default true, false behind a UDP proxy on this host. */
  readonly trustLoopback?: boolean;
}

/** Things over CoAP: RFC 7252 with Observe, block-wise transfer and FETCH. */
export function coap(options: CoapOptions = {}): ServerBinding {
  return new CoapServer({
    name: 'coap',
    async open(listener, host) {
      const bind = host.bindAddress(options.host);
      const { port = 5683, multicast = !isLoopback(bind), trustLoopback } = options;
      const carrier = boundUdp(bind, port, multicast ? host : undefined);
      const { clock, logger } = host;
      const reachability = new Reachability({ clock, trustLoopback });
      const endpoint = new CoapEndpoint(carrier, listener, { clock, logger, reachability });
      await endpoint.open();
      return { endpoint, bind };
    },
  });
}
