import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { httpClient } from '../../src/bindings/http/client/http-client.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { websocketClient } from '../../src/bindings/websocket/websocket-client.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { ClientBinding, ServerBinding } from '../../src/contracts/binding.ts';
import type { Clock } from '../../src/contracts/clock.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { defineThing } from '../../src/td/define-thing.ts';
import { collector } from '../support/collector.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { formsOfScheme } from '../support/forms-of-scheme.ts';

const td = {
  id: 'urn:example:tank',
  title: 'Tank',
  properties: { level: { type: 'number', observable: true } },
  events: { full: { data: { type: 'number' } } },
} as const;

const tank = (level: number) => defineThing(td, () => ({ properties: { level: { initial: level } } }));

interface Protocol {
  readonly name: string;
  servers(port: number): readonly ServerBinding[];
  client(clock: Clock): ClientBinding;
}

const protocols: readonly Protocol[] = [
  { name: 'http', servers: (port) => [http({ port })], client: (clock) => httpClient({ clock }) },
  {
    name: 'ws',
    servers: (port) => [http({ port }), websocket()],
    client: (clock) => websocketClient({ clock }),
  },
  { name: 'coap', servers: (port) => [coap({ port })], client: (clock) => coapClient({ clock }) },
  { name: 'mqtt', servers: (port) => [mqtt({ broker: 'embedded', port })], client: () => mqttClient() },
];

let servient: Servient;

afterEach(() => servient.stop());

describe.each(protocols)('a subscription over $name', ({ name, servers, client }) => {
  it('outlives a restart of the servient, also one that takes its time to expose the Thing', async () => {
    servient = createServient({ bindings: servers(0) });
    const exposed = await servient.expose(tank(1));
    const port = Number(new URL(servient.addresses[0] ?? '').port);
    const clock = fakeClock();
    const own = client(clock);
    onTestFinished(() => own.stop());
    await using thing = await consume<typeof td>(formsOfScheme(exposed.td(), name) as unknown as typeof td, {
      clients: [own],
      clock,
    });
    const told = collector<string>();
    const levels = thing.properties.level.observe({
      interrupted: () => told.push('interrupted'),
      resumed: () => told.push('resumed'),
    });
    const full = thing.events.full.subscribe();
    await full.ready;
    expect((await levels.next()).value).toBe(1);

    const ticking = setInterval(() => clock.advance(100), 1);
    onTestFinished(() => clearInterval(ticking));
    await servient.stop();
    await told.until((what) => what === 'interrupted');
    const starting = createServient({ bindings: servers(port) });
    servient = starting;
    await starting.start();
    // Some attempts find the servient without the Thing.
    const startedAt = clock.now();
    while (clock.now() < startedAt + 5000) await new Promise((turn) => setImmediate(turn));
    const again = await starting.expose(tank(2));
    expect((await levels.next()).value).toBe(2);
    expect(told.items).toEqual(['interrupted', 'resumed']);

    const event = full.next();
    const emitting = setInterval(() => again.handle.emit('full', 7), 20);
    onTestFinished(() => clearInterval(emitting));
    expect((await event).value).toBe(7);
  });

  it('ends when its Thing is removed', async () => {
    servient = createServient({ bindings: servers(0) });
    const exposed = await servient.expose(tank(1));
    await using thing = await consume<typeof td>(formsOfScheme(exposed.td(), name) as unknown as typeof td);
    const levels = thing.properties.level.observe();
    expect((await levels.next()).value).toBe(1);
    const end = levels.next();
    await servient.unexpose('tank');
    expect(await end).toEqual({ done: true, value: undefined });
  });
});
