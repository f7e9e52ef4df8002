import { http } from 'thingwright';
import { serveStored } from './bench-things.ts';
import { runContender } from './contender.ts';

await runContender({
  'mqtt-write': async () => ({
    url: `${await serveStored(http({ port: 0 }))}/things/bench/properties/level`,
  }),
});
