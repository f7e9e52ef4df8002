import type { Load, LoadResult } from '../bench-messages.ts';
import { answer } from '../bench-process.ts';
import { coapLoad } from './coap-load.ts';
import { coapNotifications } from './coap-notifications.ts';
import { coapsLoad } from './coaps-load.ts';
import { httpLoad } from './http-load.ts';
import { mqttEvents } from './mqtt-events.ts';
import { mqttAbsent, mqttRelay, mqttTold, mqttWrite } from './mqtt-load.ts';
import { sseLoad } from './sse-load.ts';
import { websocketEvents, websocketReads } from './websocket-load.ts';

type Kind = Exclude<Load['kind'], `client-${string}`>;

const loads: Readonly<Record<Kind, (load: Load) => Promise<LoadResult>>> = {
  'http-read': (load) => httpLoad(load, 'GET'),
  'http-write': (load) => httpLoad(load, 'PUT'),
  'sse-events': sseLoad,
  'websocket-read': websocketReads,
  'websocket-events': websocketEvents,
  'coap-read': (load) => coapLoad(load, 'GET'),
  'coap-write': (load) => coapLoad(load, 'PUT'),
  'coap-notifications': coapNotifications,
  'coaps-read': coapsLoad,
  'mqtt-events': mqttEvents,
  'mqtt-relay': mqttRelay,
  'mqtt-absent': mqttAbsent,
  'mqtt-write': (load) => (isHttp(load) ? httpLoad(load, 'PUT') : mqttWrite(load)),
  'mqtt-told': mqttTold,
};

/** HTTP is measured beside MQTT. */
function isHttp({ target }: Load): boolean {
  return target.url.startsWith('http:');
}

answer((load: Load) => loads[load.kind as Kind](load));
