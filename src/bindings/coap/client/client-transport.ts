import type { Clock } from '../../../contracts/clock.ts';
import { silentLogger } from '../../../contracts/logger.ts';
import { urlHost } from '../../../security/bind-address.ts';
import { CoapEndpoint } from '../endpoint/coap-endpoint.ts';
import type { Address, Endpoint, EndpointListener, Peer } from '../endpoint/endpoint.ts';
import { connectedUdp, peerAt } from '../endpoint/udp-carrier.ts';
import type { CoapScheme } from '../messages/coap-uri.ts';

/** An endpoint for one peer, and how it calls that. */
export interface OpenLink {
  readonly endpoint: Endpoint;
  readonly peer: Peer;
}

/** Where a client wants to: an address, and the name it was found by, which a certificate must have. */
export interface Destination extends Address {
  readonly host: string;
}

/** Its address as a URL: `coaps://valve.example:5684`. */
export function hrefOf(scheme: CoapScheme, { host, port }: Destination): string {
  return `${scheme}://${urlHost(host)}:${port}`;
}

/** What a client gives to each of its ways. */
export interface ClientParts {
  readonly clock: Clock;
  /** Aborts when the client stops. */
  readonly stopping: AbortSignal;
}

/** Opens the client's way to one peer; rejects with the system's error or a WotError, soon when the client stops. */
export type ClientTransport = (
  to: Destination,
  listener: EndpointListener,
  parts: ClientParts,
) => Promise<OpenLink>;

/** CoAP over UDP. */
export const udpTransport: ClientTransport = async (to, listener, { clock }) => {
  const endpoint = new CoapEndpoint(connectedUdp(to), listener, { clock, logger: silentLogger });
  await endpoint.open();
  return { endpoint, peer: peerAt(to) };
};
