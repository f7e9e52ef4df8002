import { consume, httpClient } from 'thingwright';
import { runClient, tdOf } from './client.ts';

runClient({
  async 'client-request'(href) {
    const client = httpClient();
    const request = { op: 'readproperty', form: { href }, timeout: 30_000 } as const;
    return async () => {
      const { content } = await client.request(request);
      return JSON.parse(Buffer.from(content?.body ?? []).toString());
    };
  },
  async 'client-consume'(url) {
    const thing = await consume(tdOf(url));
    return () => thing.properties.level.read();
  },
});
