import { connectAsync } from 'mqtt';
import { eventBatch, type LoadResult, type Target } from '../bench-messages.ts';

const batchesUnderWay = 10;
const patience = 2000;

/** Receives events at QoS 0, asked for in batches by invoking an action that emits them. */
export async function mqttLoad(target: Target, seconds: number): Promise<LoadResult> {
  const client = await connectAsync(target.url, { reconnectPeriod: 0 });
  await client.subscribeAsync(String(target.event), { qos: 0 });
  const start = performance.now();
  let asked = 0;
  let received = 0;
  const ask = (): void => {
    asked += eventBatch;
    client.publish(String(target.invoke), String(eventBatch), { qos: 0 });
  };
  await new Promise<void>((resolve) => {
    const givenUp = setTimeout(resolve, seconds * 1000 + patience);
    client.on('message', () => {
      received++;
      if (received % eventBatch === 0 && performance.now() - start < seconds * 1000) ask();
      if (received < asked) return;
      clearTimeout(givenUp);
      resolve();
    });
    for (let batch = 0; batch < batchesUnderWay; batch++) ask();
  });
  const took = (performance.now() - start) / 1000;
  await client.endAsync(true);
  return { done: received, failed: asked - received, seconds: took };
}
