import { request } from 'coap';
import { runClient } from './client.ts';

runClient({
  'client-coap': async (url) => () =>
    new Promise((resolve, reject) => {
      const asked = request(url);
      asked.on('response', ({ payload }) => resolve(JSON.parse(payload.toString())));
      asked.on('error', reject);
      asked.end();
    }),
});
