import type { Load, Stage } from './bench-messages.ts';

export type ContenderName = 'ours' | 'stock' | 'bare' | 'npm' | 'libcoap';

export interface BenchCase {
  readonly name: string;
  readonly stage: Stage;
  readonly load: Load['kind'];
  /** The TD, or the property whose every write is durable when it is acknowledged (ours alone has one), in place of the usual property. */
  readonly of?: 'td' | 'persistent';
  /** Requests at any time, where that is not the load's own number. */
  readonly outstanding?: number;
  /** Least ratios of the rates, ours to another's. */
  readonly aims?: Readonly<Partial<Record<Exclude<ContenderName, 'ours'>, number>>>;
}

/** Who takes part: node-wot has neither fan-out over SSE nor WebSockets; in `scale`, bare is one Thing alone; npm is its package `coap`. */
export const contendersOf: Readonly<Record<Stage, readonly ContenderName[]>> = {
  http: ['ours', 'stock', 'bare'],
  sse: ['ours', 'bare'],
  websocket: ['ours', 'bare'],
  client: ['ours', 'stock', 'bare'],
  scale: ['ours', 'bare'],
  coap: ['ours', 'stock', 'bare', 'npm', 'libcoap'],
  'coap-observe': ['ours', 'bare'],
  'coap-client': ['ours', 'npm', 'bare'],
  'coap-dtls': ['ours', 'libcoap'],
  mqtt: ['ours', 'stock', 'bare'],
};

export const stages = Object.keys(contendersOf) as readonly Stage[];

/** The part of the usual time that a run takes: CoAP has many contenders, and all of it is to take a minute. */
export const shareOf = (stage: Stage): number => (stage.startsWith('coap') ? 0.25 : 1);

const coapAims = { stock: 4, npm: 4, bare: 0.75 };

export const benchCases: readonly BenchCase[] = [
  { name: 'HTTP property read', stage: 'http', load: 'http-read', aims: { stock: 2.5, bare: 0.75 } },
  { name: 'HTTP property write', stage: 'http', load: 'http-write', aims: { bare: 0.7 } },
  { name: 'HTTP write, persistent', stage: 'http', load: 'http-write', of: 'persistent' },
  { name: 'HTTP TD', stage: 'http', load: 'http-read', of: 'td', aims: { bare: 0.85 } },
  { name: 'SSE events to all', stage: 'sse', load: 'sse-events', aims: { bare: 0.8 } },
  { name: 'WebSocket property read', stage: 'websocket', load: 'websocket-read' },
  { name: 'WebSocket events to all', stage: 'websocket', load: 'websocket-events' },
  { name: 'Client request', stage: 'client', load: 'client-request', aims: { stock: 3, bare: 0.8 } },
  { name: 'Client, consumed read', stage: 'client', load: 'client-consume', aims: { stock: 3, bare: 0.8 } },
  { name: 'HTTP read, many Things', stage: 'scale', load: 'http-read', aims: { bare: 0.91 } },
  { name: 'CoAP read, 1 outstanding', stage: 'coap', load: 'coap-read', outstanding: 1, aims: coapAims },
  { name: 'CoAP read, 8 outstanding', stage: 'coap', load: 'coap-read', outstanding: 8, aims: coapAims },
  { name: 'CoAP read, 32 outstanding', stage: 'coap', load: 'coap-read', outstanding: 32, aims: coapAims },
  { name: 'CoAP property write', stage: 'coap', load: 'coap-write' },
  { name: 'CoAP write, persistent', stage: 'coap', load: 'coap-write', of: 'persistent' },
  { name: 'CoAP events to all', stage: 'coap-observe', load: 'coap-notifications' },
  { name: 'CoAP client request', stage: 'coap-client', load: 'client-coap' },
  { name: 'CoAPS read, 1 outstanding', stage: 'coap-dtls', load: 'coaps-read', outstanding: 1 },
  { name: 'CoAPS read, 8 outstanding', stage: 'coap-dtls', load: 'coaps-read', outstanding: 8 },
  { name: 'MQTT events', stage: 'mqtt', load: 'mqtt-events' },
];
