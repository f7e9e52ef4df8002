import { type ClientBinding, coapClient, consume, httpClient } from 'thingwright';
import { atOnce, runClient, tdOf } from './client.ts';

function reader(client: ClientBinding, href: string) {
  const request = { op: 'readproperty', form: { href }, timeout: 30_000 } as const;
  return async () => {
    const { content } = await client.request(request);
    return JSON.parse(Buffer.from(content?.body ?? []).toString());
  };
}

runClient({
  'client-request': async (href) => reader(httpClient(), href),
  'client-coap': async (href) => reader(coapClient({ nstart: atOnce }), href),
  async 'client-consume'(url) {
    const thing = await consume(tdOf(url));
    return () => thing.properties.level.read();
  },
});
