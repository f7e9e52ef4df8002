import type { Load, LoadResult } from '../bench-messages.ts';
import { answer } from '../bench-process.ts';
import { coapLoad } from './coap-load.ts';
import { httpLoad } from './http-load.ts';
import { mqttLoad } from './mqtt-load.ts';

answer(({ kind, target, seconds }: Load): Promise<LoadResult> => {
  switch (kind) {
    case 'http-read':
      return httpLoad(target.url, 'GET', seconds);
    case 'http-write':
      return httpLoad(target.url, 'PUT', seconds);
    case 'coap-read':
      return coapLoad(target.url, 'GET', seconds);
    case 'coap-write':
      return coapLoad(target.url, 'PUT', seconds);
    case 'mqtt-events':
      return mqttLoad(target, seconds);
  }
});
