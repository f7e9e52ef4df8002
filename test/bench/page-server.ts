import { createServient, defineThing, http, type PartialTd, page, websocket } from 'thingwright';
import { answer } from './bench-process.ts';

/** How many properties change, and after how many milliseconds each time. */
const count = 200;
const period = 100;

const names = Array.from({ length: count }, (_, number) => `p${number}`);
const number = { type: 'number', readOnly: true, observable: true } as const;

const busy = defineThing<PartialTd>(
  { title: 'Busy', properties: Object.fromEntries(names.map((name) => [name, number])) },
  (thing) => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
      for (const [index, name] of names.entries()) thing.set(name, Math.sin((turns + index) / 10));
    }, period);
    const properties = Object.fromEntries(names.map((name) => [name, { initial: 0 }]));
    return { properties, close: () => clearInterval(timer) };
  },
);

const servient = createServient({ bindings: [http({ port: 0 }), websocket(), page()] });
await servient.expose(busy);
answer(() => servient.addresses[0]);
