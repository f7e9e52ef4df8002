import { parseArgs } from 'node:util';
import { startProcess } from '../bench/bench-process.ts';
import { openBystander } from '../support/bystander.ts';
import { openStreams } from '../support/open-streams.ts';
import type { SoakState } from './soak-server.ts';

// node --conditions=thingwright-source test/soak/idle-streams.ts [--streams n]
const { values } = parseArgs({ options: { streams: { type: 'string', default: '10000' } } });
const server = startProcess('../soak/soak-server.ts');
const thing = `${await server.ask<string>('address')}/things/soak`;
const before = await server.ask<SoakState>('state');
const bystander = await openBystander(`${thing}/properties/limit`);
const calm = await bystander.p99While();
const opening = openStreams(`${thing}/properties/level`, Number(values.streams));
const meanwhile = await bystander.p99While(opening);
const { sockets, refused, close } = await opening;
const during = await bystander.p99While();
const open = await server.ask<SoakState>('state');
console.log(`${sockets.length} streams opened, ${refused} refused`);
console.log(`heap ${perStream('heap')} kB, rss ${perStream('rss')} kB for each`);
console.log(
  `p99 of another client: ${calm.toFixed(1)} ms before, ${meanwhile.toFixed(1)} ms while they open, ${during.toFixed(1)} ms with them`,
);
close();
await bystander.close();
await server.stop();

function perStream(figure: 'heap' | 'rss'): string {
  return ((open[figure] - before[figure]) / sockets.length / 1000).toFixed(1);
}
