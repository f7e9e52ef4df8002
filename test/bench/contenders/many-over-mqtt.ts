import { connectAsync } from 'mqtt';
import { createServient, mqtt } from 'thingwright';
import type { Target } from '../bench-messages.ts';
import { hostMany } from './bench-things.ts';
import { mosquittoProcess } from './mosquitto-process.ts';

/** Our servient with many Things, at its own broker. */
export function manyEmbedded(things: number): Promise<Target> {
  return many(things, { broker: 'embedded', port: 0 });
}

/** At Mosquitto, by one connection. */
export async function manyAtMosquitto(things: number): Promise<Target> {
  const { url } = await mosquittoProcess();
  return { ...(await many(things, { broker: url })), mqtt: 5 };
}

async function many(things: number, options: Parameters<typeof mqtt>[0]): Promise<Target> {
  const binding = mqtt(options);
  const servient = createServient({ bindings: [binding] });
  await servient.start();
  const [url = ''] = binding.addresses;
  const hosting = await hostMany(servient, things, () => firstAnswer(url));
  return { url, things, hosting, write: `${level}/set` };
}

const level = 'things/sensor-{n}/properties/level';

/** A request is served behind all that was published before. */
async function firstAnswer(url: string): Promise<void> {
  const client = await connectAsync(url);
  const topic = level.replace('{n}', '0');
  await client.subscribeAsync(`${topic}/reply/first/1`);
  const answered = new Promise((resolve) => client.once('message', resolve));
  await client.publishAsync(`${topic}/set/first/1`, '21');
  await answered;
  await client.endAsync();
}
