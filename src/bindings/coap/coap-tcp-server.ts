import type { ServerBinding } from '../../contracts/binding.ts';
import type { CoapOptions } from './coap-server.ts';
import { type CoapScheme, defaultPorts } from './messages/coap-uri.ts';
import { knowsEveryCaller, type ServerSecurity } from './security/credentials.ts';
import { CoapServer } from './server/coap-binding.ts';
import { checkTlsSecurity } from './tcp/tls-options.ts';

/** Default port 5683. */
export type CoapTcpOptions = Pick<CoapOptions, 'port' | 'host'>;

/** Default port 5684. */
export interface CoapsTcpOptions extends CoapTcpOptions, ServerSecurity {}

/** Things over CoAP over TCP (RFC 8323). */
export function coapTcp(options: CoapTcpOptions = {}): ServerBinding {
  return streamServer('coap+tcp', options);
}

/** Things over CoAP over TLS (RFC 8323), for whom `security` names; WotError `invalid` CREDENTIALS_MISSING or CREDENTIALS_REFUSED. */
export function coapsTcp({ port, host, ...security }: CoapsTcpOptions): ServerBinding {
  checkTlsSecurity(security);
  return streamServer('coaps+tcp', { port, host }, security);
}

function streamServer(name: CoapScheme, { port, host: own }: Bind, security?: ServerSecurity): ServerBinding {
  return new CoapServer({
    name,
    async open(listener, host) {
      const bind = own !== undefined && security && knowsEveryCaller(security) ? own : host.bindAddress(own);
      const to = { address: bind, port: port ?? defaultPorts[name], security };
      const { listenStream } = await import('./tcp/stream-server.ts'); // most servients need none
      return { endpoint: await listenStream(listener, host, to), bind };
    },
  });
}

interface Bind {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}
