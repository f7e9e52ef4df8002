import type { Load, Stage } from './bench-messages.ts';

export const contenders = [
  'ours',
  'stock',
  'bare',
  'npm',
  'libcoap',
  'mosquitto',
  'external',
  'http',
] as const;

export type ContenderName = (typeof contenders)[number];

export interface BenchCase {
  readonly name: string;
  readonly stage: Stage;
  readonly load: Load['kind'];
  /** The TD, or the property whose every write is durable when it is acknowledged (ours alone has one), in place of the usual property. */
  readonly of?: 'td' | 'persistent';
  /** Who of the stage takes part; default all. */
  readonly by?: readonly ContenderName[];
  /** Of a fan-out, where that is not all. */
  readonly subscribers?: number;
  /** Of MQTT messages; default 0. */
  readonly qos?: 0 | 1;
  /** Requests at any time, where that is not the load's own number. */
  readonly outstanding?: number;
  /** Least ratios of the rates, ours to another's. */
  readonly aims?: Readonly<Partial<Record<Exclude<ContenderName, 'ours'>, number>>>;
}

/**
 * Who takes part: node-wot has neither fan-out over SSE nor WebSockets; in `scale`, bare is one Thing alone, in
 * `mqtt-scale` a tenth of them; npm is its package `coap`; external is ours at Mosquitto, http ours over HTTP.
 */
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
  mqtt: ['ours', 'stock', 'bare', 'mosquitto'],
  'mqtt-write': ['ours', 'bare', 'external', 'http'],
  'mqtt-told': ['ours', 'stock'],
  'mqtt-scale': ['ours', 'bare'],
  'mqtt-scale-mosquitto': ['ours', 'bare'],
};

export const stages = Object.keys(contendersOf) as readonly Stage[];

/** The part of the usual time that a run takes: CoAP and MQTT have many contenders, and all of each is to take a minute or two. */
export const shareOf = (stage: Stage): number => (/^(coap|mqtt(?!-scale))/.test(stage) ? 0.25 : 1);

const fanOut = { stage: 'mqtt', load: 'mqtt-events', aims: { bare: 0.8 } } as const;
const writes = { stage: 'mqtt-write', load: 'mqtt-write' } as const;
const manyWrites = { load: 'mqtt-write', outstanding: 32, aims: { bare: 0.91 } } as const;
const relayed: readonly ContenderName[] = ['ours', 'bare', 'mosquitto'];
const coapAims = { stock: 4, npm: 4, bare: 0.75 };

export const benchCases: readonly BenchCase[] = [
  { name: 'HTTP property read', stage: 'http', load: 'http-read', aims: { stock: 2.5, bare: 0.75 } },
  { name: 'HTTP property write', stage: 'http', load: 'http-write', aims: { bare: 0.7 } },
  { name: 'HTTP write, persistent', stage: 'http', load: 'http-write', of: 'persistent', by: ['ours'] },
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
  { name: 'CoAP property write', stage: 'coap', load: 'coap-write', by: ['ours', 'stock', 'bare'] },
  { name: 'CoAP write, persistent', stage: 'coap', load: 'coap-write', of: 'persistent', by: ['ours'] },
  { name: 'CoAP events to all', stage: 'coap-observe', load: 'coap-notifications' },
  { name: 'CoAP client request', stage: 'coap-client', load: 'client-coap' },
  { name: 'CoAPS read, 1 outstanding', stage: 'coap-dtls', load: 'coaps-read', outstanding: 1 },
  { name: 'CoAPS read, 8 outstanding', stage: 'coap-dtls', load: 'coaps-read', outstanding: 8 },
  { name: 'MQTT events to 1', ...fanOut, subscribers: 1 },
  { name: 'MQTT events to 100', ...fanOut, subscribers: 100 },
  { name: 'MQTT events to all', ...fanOut },
  { name: 'MQTT QoS 1 events to 100', ...fanOut, subscribers: 100, qos: 1, by: relayed },
  { name: 'MQTT QoS 0 client to client', stage: 'mqtt', load: 'mqtt-relay', by: relayed },
  { name: 'MQTT QoS 1 client to client', stage: 'mqtt', load: 'mqtt-relay', qos: 1, by: relayed },
  { name: 'MQTT QoS 1, client absent', stage: 'mqtt', load: 'mqtt-absent', by: relayed },
  { name: 'MQTT write, told by an event', stage: 'mqtt', load: 'mqtt-told', by: ['ours', 'stock'] },
  { name: 'MQTT write, 1 outstanding', ...writes, outstanding: 1 },
  { name: 'MQTT write, 8 outstanding', ...writes, outstanding: 8 },
  { name: 'MQTT write, 32 outstanding', ...writes, outstanding: 32 },
  { name: 'MQTT write, told, 100 Things', stage: 'mqtt-told', load: 'mqtt-told' },
  { name: 'MQTT write, many Things', stage: 'mqtt-scale', ...manyWrites },
  { name: 'MQTT write, many, Mosquitto', stage: 'mqtt-scale-mosquitto', ...manyWrites },
];
