import { mqtt } from 'thingwright';
import { serveStored } from './bench-things.ts';
import { runContender } from './contender.ts';
import { mosquittoProcess } from './mosquitto-process.ts';

await runContender({
  async 'mqtt-write'() {
    const { url } = await mosquittoProcess();
    await serveStored(mqtt({ broker: url }));
    return { url, write: 'things/bench/properties/level/set', mqtt: 5 };
  },
});
