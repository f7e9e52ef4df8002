import type { Load, Stage } from './bench-messages.ts';

export type ContenderName = 'ours' | 'stock' | 'bare';

export interface BenchCase {
  readonly name: string;
  readonly stage: Stage;
  readonly load: Load['kind'];
  /** The TD, or the property whose every write is durable when it is acknowledged (ours alone has one), in place of the usual property. */
  readonly of?: 'td' | 'persistent';
  /** Least ratios of the rates, ours to another's. */
  readonly aims?: Readonly<Partial<Record<Exclude<ContenderName, 'ours'>, number>>>;
}

export const stages: readonly Stage[] = ['http', 'sse', 'websocket', 'client', 'scale', 'coap', 'mqtt'];

/** Who takes part: node-wot has neither fan-out over SSE nor WebSockets; in `scale`, bare is one Thing alone. */
export function contendersOf(stage: Stage): readonly ContenderName[] {
  return stage === 'sse' || stage === 'websocket' || stage === 'scale'
    ? ['ours', 'bare']
    : ['ours', 'stock', 'bare'];
}

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
  { name: 'CoAP property read', stage: 'coap', load: 'coap-read' },
  { name: 'CoAP property write', stage: 'coap', load: 'coap-write' },
  { name: 'CoAP write, persistent', stage: 'coap', load: 'coap-write', of: 'persistent' },
  { name: 'MQTT events', stage: 'mqtt', load: 'mqtt-events' },
];
