import { createServient, http, type Op, type Servient, systemClock } from 'thingwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AffordanceKind, ThingDescription } from '../../src/contracts/td.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { formsFor } from '../../src/td/forms.ts';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy.ts';
import { kiln } from '../support/kiln.ts';
import { openEventSource, type StreamedEvent } from '../support/open-event-source.ts';

let servient: Servient;
let exposed: ExposedThing;
let td: ThingDescription;
let proxy: CuttingProxy;

beforeAll(async () => {
  servient = createServient({ bindings: [http({ port: 0 })] });
  exposed = await servient.expose(kiln);
  td = exposed.td();
  proxy = await cuttingProxy(String(servient.addresses[0]));
});
afterAll(async () => {
  await servient.stop();
  await proxy.stop();
});

/** The one address of an operation of HTTP SSE, by way of a network that may break. */
function urlOf(op: Op, kind?: AffordanceKind, name?: string): string {
  const forms = formsFor(td, op, kind, name).filter(
    ({ href, subprotocol, contentType }) =>
      /^https?:/.test(href) && subprotocol === 'sse' && contentType === 'application/json',
  );
  expect(forms).toHaveLength(1);
  const { pathname } = new URL(forms[0]?.href ?? '');
  return `${proxy.base}${pathname}`;
}

let temperature = 20;
const warm = (): number => {
  temperature += 1;
  exposed.handle.set('temperature', temperature);
  return temperature;
};
let heat = 1300;
const overheat = (): number => {
  heat += 1;
  exposed.handle.emit('overheated', heat);
  return heat;
};

/** What one operation pushes: makes it happen, and tells the data that must come. */
interface Streamed {
  readonly op: Op;
  readonly target?: readonly [AffordanceKind, string];
  readonly name: string;
  readonly happen: () => number;
}

const observed: Streamed = {
  op: 'observeproperty',
  target: ['properties', 'temperature'],
  name: 'temperature',
  happen: warm,
};
const observedAll: Streamed = { op: 'observeallproperties', name: 'temperature', happen: warm };
const subscribed: Streamed = {
  op: 'subscribeevent',
  target: ['events', 'overheated'],
  name: 'overheated',
  happen: overheat,
};
const subscribedAll: Streamed = { op: 'subscribeallevents', name: 'overheated', happen: overheat };

const open = ({ op, target = [] as never, name }: Streamed) => openEventSource(urlOf(op, ...target), [name]);
const isData = (data: number) => (event: StreamedEvent) => event.data === String(data);

describe('a stream stays open and pushes each change in the format of event streams', () => {
  test.for([
    [
      'observeproperty [http-sse-profile-protocol-binding-observeproperty-4, http-sse-profile-protocol-binding-observeproperty-5a, http-sse-profile-protocol-binding-observeproperty-5b]',
      observed,
    ],
    [
      'observeallproperties [http-sse-profile-protocol-binding-observeallproperties-4, http-sse-profile-protocol-binding-observeallproperties-5a, http-sse-profile-protocol-binding-observeallproperties-5b, http-sse-profile-protocol-binding-observeallproperties-5c]',
      observedAll,
    ],
    [
      'subscribeevent [http-sse-profile-protocol-binding-subscribeevent-5, http-sse-profile-protocol-binding-subscribeevent-6a, http-sse-profile-protocol-binding-subscribeevent-6b, http-sse-profile-protocol-binding-subscribeevent-6c]',
      subscribed,
    ],
    [
      'subscribeallevents [http-sse-profile-protocol-binding-subscribeallevents-3, http-sse-profile-protocol-binding-subscribeallevents-4a, http-sse-profile-protocol-binding-subscribeallevents-4b, http-sse-profile-protocol-binding-subscribeallevents-4c]',
      subscribedAll,
    ],
  ] as const)('%s', async ([, streamed]) => {
    const { events, types } = await open(streamed);
    const told = [streamed.happen(), streamed.happen(), streamed.happen()];
    const all = await events.until(isData(told.at(-1) ?? 0));
    expect(types).toEqual(['text/event-stream']);
    expect(all.slice(-3)).toEqual(
      told.map((data) => ({ event: streamed.name, id: expect.any(String), data: String(data) })),
    );
  });

  test('an event without data too [http-sse-profile-protocol-binding-subscribeevent-6b, http-sse-profile-protocol-binding-subscribeallevents-4b]', async () => {
    const one = await openEventSource(urlOf('subscribeevent', 'events', 'doorOpened'), ['doorOpened']);
    const all = await openEventSource(urlOf('subscribeallevents'), ['doorOpened', 'overheated']);
    exposed.handle.emit('doorOpened');
    for (const { events } of [one, all]) {
      await events.until(({ event, data }) => event === 'doorOpened' && data === '');
    }
  });
});

describe('ids are unique, rise, and are the time of the change', () => {
  test.for([
    [
      'observeproperty [http-sse-profile-protocol-binding-observeproperty-5c, http-sse-profile-protocol-binding-observeproperty-5d, common-constraints-date-format-1]',
      observed,
    ],
    [
      'observeallproperties [http-sse-profile-protocol-binding-observeallproperties-5d, http-sse-profile-protocol-binding-observeallproperties-5e]',
      observedAll,
    ],
    [
      'subscribeevent [http-sse-profile-protocol-binding-subscribeevent-6d, http-sse-profile-protocol-binding-subscribeevent-6e]',
      subscribed,
    ],
    [
      'subscribeallevents [http-sse-profile-protocol-binding-subscribeallevents-4d, http-sse-profile-protocol-binding-subscribeallevents-4e]',
      subscribedAll,
    ],
  ] as const)('%s', async ([, streamed]) => {
    const { events } = await open(streamed);
    const begun = systemClock.now();
    const told = [streamed.happen(), streamed.happen(), streamed.happen()];
    const ended = systemClock.now();
    const ids = (await events.until(isData(told.at(-1) ?? 0))).slice(-3).map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    for (const id of ids) {
      expect(id).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      expect(Date.parse(id)).toBeGreaterThanOrEqual(Math.floor(begun));
      // An id is raised where the clock has not gone on.
      expect(Date.parse(id)).toBeLessThanOrEqual(Math.ceil(ended) + 1);
    }
  });
});

describe('a connection that breaks is opened again by Last-Event-ID, and nothing is missed', () => {
  test.for([
    ['observeproperty [http-sse-profile-protocol-binding-observeproperty-6b]', observed],
    ['observeallproperties [http-sse-profile-protocol-binding-observeallproperties-6b]', observedAll],
    ['subscribeevent [http-sse-profile-protocol-binding-subscribeevent-7b]', subscribed],
    ['subscribeallevents [http-sse-profile-protocol-binding-subscribeallevents-5b]', subscribedAll],
  ] as const)('%s', async ([, streamed]) => {
    const { events, requests } = await open(streamed);
    const first = streamed.happen();
    const last = (await events.until(isData(first))).find(isData(first));
    proxy.cut();
    const missed = [streamed.happen(), streamed.happen()];
    await events.until(isData(missed[1] ?? 0));
    const after = streamed.happen();
    const all = await events.until(isData(after));
    expect(all.slice(-4).map(({ data }) => Number(data))).toEqual([first, ...missed, after]);
    expect(requests.map((headers) => headers.get('last-event-id'))).toEqual([null, last?.id]);
    expect(requests.map((headers) => headers.get('accept'))).toEqual(requests.map(() => 'text/event-stream'));
  });
});

test('a Thing that is removed ends its streams by $end, so that nobody comes back', async () => {
  const { handle, name } = await servient.expose({ ...kiln, options: { name: 'old-kiln' } });
  const url = `${servient.addresses[0]}/things/old-kiln/events`;
  const { source, events, requests } = await openEventSource(url, ['doorOpened', '$end']);
  source.addEventListener('$end', () => source.close());
  handle.emit('doorOpened');
  await servient.unexpose(name);
  const all = await events.until(({ event }) => event === '$end');
  expect(all.map(({ event }) => event)).toEqual(['doorOpened', '$end']);
  expect([source.readyState, requests.length]).toEqual([2, 1]);
});
