import type { Load, Protocol } from './bench-messages.ts';

export type ContenderName = 'ours' | 'stock' | 'bare';

export interface BenchCase {
  readonly name: string;
  readonly protocol: Protocol;
  readonly load: Load['kind'];
  /** Measures the property whose every write is durable when it is acknowledged; ours alone has one. */
  readonly persistent?: true;
}

export const contenders: readonly ContenderName[] = ['ours', 'stock', 'bare'];

export const benchCases: readonly BenchCase[] = [
  { name: 'HTTP property read', protocol: 'http', load: 'http-read' },
  { name: 'HTTP property write', protocol: 'http', load: 'http-write' },
  { name: 'HTTP write, persistent', protocol: 'http', load: 'http-write', persistent: true },
  { name: 'CoAP property read', protocol: 'coap', load: 'coap-read' },
  { name: 'CoAP property write', protocol: 'coap', load: 'coap-write' },
  { name: 'CoAP write, persistent', protocol: 'coap', load: 'coap-write', persistent: true },
  { name: 'MQTT events', protocol: 'mqtt', load: 'mqtt-events' },
];
