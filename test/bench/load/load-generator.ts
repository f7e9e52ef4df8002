import type { Load, LoadResult } from '../bench-messages.ts';
import { answer } from '../bench-process.ts';
import { coapLoad } from './coap-load.ts';
import { coapNotifications } from './coap-notifications.ts';
import { coapsLoad } from './coaps-load.ts';
import { httpLoad } from './http-load.ts';
import { mqttLoad } from './mqtt-load.ts';
import { sseLoad } from './sse-load.ts';
import { websocketEvents, websocketReads } from './websocket-load.ts';

type Kind = Exclude<Load['kind'], `client-${string}`>;

const loads: Readonly<Record<Kind, (load: Load) => Promise<LoadResult>>> = {
  'http-read': ({ target, seconds }) => httpLoad(target, 'GET', seconds),
  'http-write': ({ target, seconds }) => httpLoad(target, 'PUT', seconds),
  'sse-events': sseLoad,
  'websocket-read': websocketReads,
  'websocket-events': websocketEvents,
  'coap-read': (load) => coapLoad(load, 'GET'),
  'coap-write': (load) => coapLoad(load, 'PUT'),
  'coap-notifications': coapNotifications,
  'coaps-read': coapsLoad,
  'mqtt-events': ({ target, seconds }) => mqttLoad(target, seconds),
};

answer((load: Load) => loads[load.kind as Kind](load));
