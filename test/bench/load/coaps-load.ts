import { type ClientBinding, coapClient } from 'thingwright';
import { benchKey, type Load, type LoadResult } from '../bench-messages.ts';

/** Reads a property over DTLS with our own client, the same for all servers. */
export async function coapsLoad({ target, seconds, outstanding = 1 }: Load): Promise<LoadResult> {
  const client = coapClient({ security: { psk: benchKey }, nstart: outstanding });
  try {
    await read(client, target.url); // the handshake
    const start = performance.now();
    const counts = await Promise.all(
      Array.from({ length: outstanding }, () =>
        readUntil(start + seconds * 1000, () => read(client, target.url)),
      ),
    );
    const done = counts.reduce((sum, count) => sum + count, 0);
    return { done, failed: 0, seconds: (performance.now() - start) / 1000 };
  } finally {
    await client.stop();
  }
}

function read(client: ClientBinding, href: string): Promise<unknown> {
  return client.request({ op: 'readproperty', form: { href }, timeout: 10_000 });
}

async function readUntil(until: number, read: () => Promise<unknown>): Promise<number> {
  let done = 0;
  for (; performance.now() < until; done++) await read();
  return done;
}
