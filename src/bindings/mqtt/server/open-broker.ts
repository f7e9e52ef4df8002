import type { BindingHost } from '../../../contracts/binding.ts';
import { urlHost } from '../../../security/bind-address.ts';
import { type BrokerOptions, type EmbeddedBroker, startBroker } from '../broker/embedded-broker.ts';
import { packetOverhead } from './broker-link.ts';
import type { EmbeddedOptions } from './mqtt-options.ts';
import { openWebSocket, websocketSide } from './websocket-door.ts';

export interface EmbeddedHost extends Pick<BrokerOptions, 'access' | 'answer'> {
  readonly host: BindingHost;
}

/** The servient's own broker, listening. */
export interface OpenBroker {
  readonly broker: EmbeddedBroker;
  /** As clients reach it, a secured address first. */
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

/** Starts a broker with all its listeners; rejects with WotError `unavailable` ADDRESS_IN_USE, `forbidden` OPEN_BIND_REFUSED, `invalid` HTTP_MISSING. */
export async function openBroker(
  options: EmbeddedOptions,
  { host, ...hooks }: EmbeddedHost,
): Promise<OpenBroker> {
  const side = options.websocket ? websocketSide(host) : undefined;
  const places = placesOf(options, host);
  const maxPacket = host.limits.body + packetOverhead;
  const broker = await startBroker({
    ...places,
    maxPacket,
    ...hooks,
    authenticate: async (credentials) => host.authenticate(credentials),
    behindProxy: host.publicBase !== undefined,
    records: host.records,
    clock: host.clock,
    logger: host.logger,
  });
  const door = side && (await openWebSocket(side, broker, host, maxPacket));
  const url = (scheme: string, address: string, port: number) =>
    port === 0 ? [] : [`${scheme}://${urlHost(host.reachableHost(address))}:${port}`];
  return {
    broker,
    addresses: [
      ...url('mqtts', places.tls?.host ?? '', broker.tlsPort),
      ...url('mqtt', places.host, broker.port),
      ...(door ? [door.url] : []),
    ],
    async close() {
      door?.close();
      await broker.stop();
    },
  };
}

/** Where the broker is to listen. */
function placesOf(
  { host: own, port = 1883, tls }: EmbeddedOptions,
  host: BindingHost,
): Pick<BrokerOptions, 'host' | 'port' | 'tls'> {
  const address = port === false ? '' : host.bindAddress(own);
  if (tls === undefined) return { host: address, port };
  // Whoever has shown a certificate is known.
  const secured = own !== undefined && tls.ca !== undefined ? own : host.bindAddress(own);
  return { host: address, port, tls: { host: secured, port: tls.port ?? 8883, tls } };
}
