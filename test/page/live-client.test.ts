import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestMessage } from '../../src/bindings/websocket/messages.ts';
import { idToUuid, uuidToId } from '../../src/interaction/change-ids.ts';
import type { LiveValue } from '../../src/ui/app/live/live.ts';
import { LiveClient } from '../../src/ui/app/live/live-client.ts';
import type { LiveProperty } from '../../src/ui/app/live/live-property.ts';
import { followPage } from '../../src/ui/app/live/page-presence.ts';
import type { Readable } from '../../src/ui/app/live/store.ts';
import { thingRequests } from '../../src/ui/app/live/thing-requests.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';

/** A WebSocket whose other end is the test. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readonly sent: RequestMessage[] = [];
  /** Those that only want an answer. */
  readonly questions: RequestMessage[] = [];
  onopen?: () => void;
  onclose?: () => void;
  onmessage?: (message: { readonly data: unknown }) => void;
  isClosed = false;

  constructor() {
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    const request = JSON.parse(text) as RequestMessage;
    (request.thingID === 'urn:thingwright:page' ? this.questions : this.sent).push(request);
  }

  close(): void {
    this.isClosed = true;
  }

  say(request: RequestMessage | undefined, members: object): void {
    const { thingID, operation, name, correlationID } = request as RequestMessage;
    const head = { thingID, operation, name, correlationID, messageType: 'response' };
    this.onmessage?.({ data: JSON.stringify({ ...head, ...members }) });
  }

  notify(request: RequestMessage | undefined, members: object): void {
    this.say(request, { messageType: 'notification', ...members });
  }

  /** The last request for an operation. */
  last(operation: string, name?: string): RequestMessage | undefined {
    return this.sent.findLast((each) => each.operation === operation && (!name || each.name === name));
  }

  count(operation: string): number {
    return this.sent.filter((each) => each.operation === operation).length;
  }
}

const thing = { id: 'urn:lamp', name: 'lamp', title: 'Lamp' };
let clock: FakeClock;
let client: LiveClient;

beforeEach(() => {
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  clock = fakeClock();
  client = new LiveClient({ url: 'ws://test', clock, frame: (call) => call(), random: () => 0.5 });
  client.wake();
});

afterEach(() => vi.unstubAllGlobals());

function socket(): FakeSocket {
  return FakeSocket.all.at(-1) as FakeSocket;
}

function connect(): FakeSocket {
  socket().onopen?.();
  return socket();
}

/** Lets promises settle and the next beat come. */
async function settle(ms = 100): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  clock.advance(ms);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

async function shown(property: LiveProperty): Promise<LiveValue> {
  await settle();
  return property.value.get();
}

function counted(store: Readable<unknown>): { calls: number } {
  const count = { calls: 0 };
  store.get();
  store.listen(() => {
    count.calls += 1;
  });
  return count;
}

const change = (value: unknown, time = clock.now()) => ({ messageID: idToUuid(time * 1000), value });
const unavailable = {
  error: { status: 503, kind: 'unavailable', code: 'DEVICE_SILENT', title: 'x', detail: 'y' },
};

describe('the connection', () => {
  it('is tried again later and later, at most every 15 s, and at once when the page asks', async () => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      socket().onclose?.();
      await settle();
      const { state, retryAt = 0 } = client.connection.get();
      expect(state).toBe('offline');
      waits.push(retryAt - clock.now() + 100);
      clock.advance(retryAt - clock.now());
    }
    expect(waits).toEqual([500, 750, 1500, 3000, 6000, 11_250, 11_250, 11_250]);
    expect(FakeSocket.all).toHaveLength(9);
    socket().onclose?.();
    client.wake();
    client.wake();
    expect(FakeSocket.all).toHaveLength(10);
    connect();
    await settle();
    expect(client.connection.get().state).toBe('live');
  });

  it('is given up when it does not open within 10 s, or is forbidden', async () => {
    const first = socket();
    clock.advance(10_000);
    expect(first.isClosed).toBe(true);
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor() {
          throw new Error('mixed content');
        }
      },
    );
    clock.advance(500);
    await settle();
    expect(client.connection.get().state).toBe('offline');
    first.onopen?.();
    await settle();
    expect(client.connection.get().state).toBe('offline');
  });

  it('that is silent is asked, and given up without an answer', async () => {
    const silent = connect();
    clock.advance(20_000);
    silent.say(silent.questions[1], { error: { status: 404 } });
    clock.advance(30_000);
    expect(silent.questions).toHaveLength(3);
    await settle();
    expect(silent.isClosed).toBe(true);
    expect(client.connection.get().state).toBe('offline');
  });
});

describe('a property', () => {
  it('is subscribed to once for all who show it, until a second after the last one left', async () => {
    const property = client.property('urn:lamp', 'level');
    const leaves = [property.watch(), property.watch()];
    const peer = connect();
    leaves.push(client.property('urn:lamp', 'level').watch());
    await settle();
    expect(peer.sent.map(({ operation }) => operation)).toEqual(['observeproperty']);
    for (const leave of leaves) leave();
    leaves[0]?.();
    clock.advance(999);
    const back = property.watch();
    clock.advance(5000);
    expect(peer.sent).toHaveLength(1);
    back();
    clock.advance(1000);
    expect(peer.last('unobserveproperty')).toMatchObject({ thingID: 'urn:lamp', name: 'level' });
    peer.notify(peer.last('observeproperty'), change(7));
    expect((await shown(property)).state).toBe('unknown');
    property.watch();
    expect(peer.count('observeproperty')).toBe(2);
  });

  it('is stale without a connection, and has the present value after it', async () => {
    const property = client.property('urn:lamp', 'level');
    property.watch();
    const peer = connect();
    peer.say(peer.last('observeproperty'), {});
    peer.notify(peer.last('observeproperty'), change(1));
    expect(await shown(property)).toEqual({ state: 'fresh', value: 1, at: clock.now() - 100 });
    peer.onclose?.();
    expect(await shown(property)).toMatchObject({ state: 'stale', value: 1 });
    clock.advance(1000);
    const next = connect();
    expect(next.last('observeproperty')).not.toHaveProperty('lastNotificationID');
    next.notify(next.last('observeproperty'), change(2));
    expect(await shown(property)).toMatchObject({ state: 'fresh', value: 2 });
  });

  it('comes back after a pause, as of a hidden tab', async () => {
    const property = client.property('urn:lamp', 'level');
    property.watch();
    connect();
    client.pause();
    clock.advance(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    client.wake();
    expect(connect().count('observeproperty')).toBe(1);
  });

  it('that cannot be reached is tried again every 10 s and holds its last value', async () => {
    const property = client.property('urn:lamp', 'level');
    const leave = property.watch();
    const peer = connect();
    peer.say(peer.last('observeproperty'), unavailable);
    const unreachable = await shown(property);
    expect(unreachable).toMatchObject({ state: 'unreachable', problem: { code: 'DEVICE_SILENT' } });
    clock.advance(9900);
    expect(peer.count('observeproperty')).toBe(2);
    peer.say(peer.last('observeproperty'), {});
    peer.notify(peer.last('observeproperty'), change(1));
    expect(await shown(property)).toMatchObject({ state: 'fresh', value: 1 });
    peer.notify(peer.last('observeproperty'), unavailable);
    expect(await shown(property)).toMatchObject({ state: 'unreachable', value: 1 });
    leave();
    clock.advance(60_000);
    expect(peer.count('observeproperty')).toBe(2);
  });

  it('without an answer is unreachable after 10 s, and holds up no other', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `p${index}`);
    const [silent] = names.map((name) => {
      const property = client.property('urn:silent', name);
      property.watch();
      return property;
    });
    const other = client.property('urn:lamp', 'level');
    other.watch();
    const peer = connect();
    peer.say(peer.last('observeproperty', 'level'), {});
    peer.notify(peer.last('observeproperty', 'level'), change(1));
    expect(await shown(other)).toMatchObject({ state: 'fresh' });
    clock.advance(10_000);
    expect(await shown(silent as LiveProperty)).toMatchObject({ problem: { code: 'TIMEOUT' } });
    expect(peer.sent.filter(({ thingID }) => thingID === 'urn:silent')).toHaveLength(6);
    client
      .property('urn:silent', 'p0')
      .write(1)
      .catch(() => {});
    expect(peer.last('writeproperty')).toBeDefined();
  });

  it('of a device that does not answer is stale', async () => {
    const property = client.property('urn:lamp', 'level');
    property.watch();
    const peer = connect();
    peer.notify(peer.last('observeproperty'), change(1));
    client.tellFaults(new Set(['urn:lamp']));
    expect(await shown(property)).toMatchObject({ state: 'stale' });
    client.tellFaults(new Set());
    expect(await shown(property)).toMatchObject({ state: 'fresh' });
  });

  it('that is not observable is read every 5 s, more slowly among many', async () => {
    const property = client.property('urn:lamp', 'mode');
    const leave = property.watch({ observable: false });
    const peer = connect();
    for (let round = 1; round <= 3; round++) {
      expect(peer.count('readproperty')).toBe(round);
      peer.say(peer.last('readproperty'), { value: round, timestamp: '2026-01-01T00:00:00.000Z' });
      await settle(5000);
    }
    expect(await shown(property)).toMatchObject({ state: 'fresh', value: 3, polled: 5000 });
    clock.advance(14_900);
    expect((await shown(property)).state).toBe('unreachable');
    for (let index = 0; index < 99; index++)
      client.property('urn:lamp', `p${index}`).watch({ observable: false });
    property.dismiss();
    expect((await shown(property)).polled).toBe(10_000);
    leave();
    await settle(20_000);
    const reads = peer.sent.filter(({ name }) => name === 'mode').length;
    await settle(20_000);
    expect(peer.sent.filter(({ name }) => name === 'mode')).toHaveLength(reads);
    expect(peer.count('observeproperty')).toBe(0);
  });

  it('that refuses to be observed is read instead', async () => {
    client.property('urn:lamp', 'mode').watch();
    const peer = connect();
    peer.say(peer.last('observeproperty'), { error: { status: 405 } });
    await settle();
    expect(peer.count('readproperty')).toBe(1);
  });

  it('that can only be written asks nothing, and shows what was written', async () => {
    const property = client.property('urn:lamp', 'code');
    property.watch({ observable: false, readable: false });
    const peer = connect();
    const written = property.write('1234');
    expect(peer.sent).toHaveLength(1);
    peer.say(peer.last('writeproperty'), {});
    await written;
    expect(await shown(property)).toMatchObject({ state: 'fresh', value: '1234' });
  });
});

describe('a write', () => {
  let property: LiveProperty;
  let peer: FakeSocket;

  beforeEach(async () => {
    property = client.property('urn:lamp', 'level');
    property.watch();
    peer = connect();
    peer.say(peer.last('observeproperty'), {});
    peer.notify(peer.last('observeproperty'), change(1));
    await settle();
  });

  it('is pending, then what the Thing tells', async () => {
    const written = property.write(5);
    expect(await shown(property)).toMatchObject({ state: 'pending', value: 1, requested: 5 });
    peer.notify(peer.last('observeproperty'), change(4));
    peer.say(peer.last('writeproperty'), {});
    await written;
    expect(await shown(property)).toEqual({ state: 'fresh', value: 4, at: expect.any(Number) });
    expect(peer.count('readproperty')).toBe(0);
  });

  it('of which the Thing tells nothing is followed by a reading', async () => {
    const written = property.write(5);
    peer.say(peer.last('writeproperty'), {});
    await settle();
    peer.say(peer.last('readproperty'), { value: 3 });
    await written;
    expect(await shown(property)).toMatchObject({ state: 'fresh', value: 3 });
  });

  it('that is refused leaves the old value and says why, until it is dismissed', async () => {
    const live = thingRequests(client);
    const written = live.write(thing, 'level', 900);
    const error = {
      status: 400,
      kind: 'invalid',
      code: 'VALUE_INVALID',
      title: 'No',
      detail: 'must be <= 100',
    };
    peer.say(peer.last('writeproperty'), { error });
    await expect(written).rejects.toMatchObject({ status: 400, problem: { code: 'VALUE_INVALID' } });
    const rejected = { state: 'rejected', value: 1, requested: 900, problem: { detail: 'must be <= 100' } };
    expect(await shown(property)).toMatchObject(rejected);
    live.dismiss(thing, 'level');
    expect(await shown(property)).toEqual({ state: 'fresh', value: 1, at: expect.any(Number) });
  });

  it('is refused at once without a connection, and when that breaks under it', async () => {
    const written = property.write(5);
    peer.onclose?.();
    await expect(written).rejects.toMatchObject({ status: 0, problem: { code: 'CONNECTION_LOST' } });
    await expect(property.write(6)).rejects.toMatchObject({ problem: { code: 'SERVIENT_UNREACHABLE' } });
    expect(await shown(property)).toMatchObject({ state: 'rejected', requested: 6, value: 1 });
  });
});

describe('values', () => {
  it('are told at most ten times a second, all at once, and only to who shows them', async () => {
    const properties = Array.from({ length: 200 }, (_, index) => client.property('urn:lamp', `p${index}`));
    const counts = properties.map((property) => {
      property.watch();
      return counted(property.value);
    });
    const peer = connect();
    for (const request of peer.sent) peer.say(request, {});
    while (peer.count('observeproperty') < 200) {
      for (const request of peer.sent) peer.say(request, {});
      await settle(0);
    }
    const requests = peer.sent.slice(0, 199);
    for (let tick = 0; tick < 100; tick++) {
      for (const request of requests) peer.notify(request, change(tick));
      clock.advance(10);
    }
    await settle();
    expect(counts[0]?.calls).toBeGreaterThanOrEqual(9);
    expect(counts[0]?.calls).toBeLessThanOrEqual(12);
    expect(counts[199]?.calls).toBe(0);
    expect(properties[0]?.value.get()).toMatchObject({ value: 99 });
  });

  it('survive whatever else the servient sends', async () => {
    const property = client.property('urn:lamp', 'level');
    property.watch();
    const peer = connect();
    const request = peer.last('observeproperty') as RequestMessage;
    const stray = [
      '',
      '{',
      '[]',
      'null',
      '7',
      '{}',
      new ArrayBuffer(2),
      `{"correlationID":"${request.correlationID}"}`,
    ];
    for (const data of stray) peer.onmessage?.({ data });
    peer.say(request, {});
    peer.notify(request, { messageID: 7, timestamp: [], value: 1, gap: 'x' });
    peer.notify(request, { messageID: 'x' });
    expect(await shown(property)).toMatchObject({ state: 'fresh', value: 1 });
    expect(client.requests.ignored).toBe(stray.length);
    peer.notify(request, { error: 'gone' });
    expect(await shown(property)).toMatchObject({ state: 'unreachable', value: 1 });
  });
});

describe('what the servient sends', () => {
  it('may be anything', async () => {
    const property = client.property('urn:lamp', 'level');
    const feed = client.feed(['urn:lamp']);
    const leave = [property.watch(), property.watchTrend(), feed.listen(() => {})];
    const peer = connect();
    const member = fc.oneof(fc.jsonValue(), fc.constantFrom('response', 'notification', change(1).messageID));
    const names = fc.constantFrom(
      'messageType',
      'messageID',
      'timestamp',
      'value',
      'data',
      'error',
      'gap',
      'name',
    );
    fc.assert(
      fc.property(fc.string(), fc.dictionary(names, member), fc.nat(), (text, members, place) => {
        peer.onmessage?.({ data: text });
        peer.notify(peer.sent[place % peer.sent.length], members);
        clock.advance(100);
        expect([property.value.get().state, property.trend.get().times]).toEqual([
          expect.any(String),
          expect.any(Array),
        ]);
      }),
    );
    for (const end of leave) end();
    await settle();
    expect(client.connection.get().state).toBe('live');
  });
});

describe('a tab', () => {
  it('that is hidden wants nothing after 30 s, and all at once when it is seen', () => {
    const tab = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    vi.stubGlobal('document', tab);
    vi.stubGlobal('addEventListener', tab.addEventListener.bind(tab));
    const end = followPage(client, clock);
    const turn = (visibilityState: string) => {
      tab.visibilityState = visibilityState;
      tab.dispatchEvent(new Event('visibilitychange'));
    };
    const first = connect();
    turn('hidden');
    clock.advance(29_000);
    turn('visible');
    turn('hidden');
    clock.advance(29_999);
    expect(first.isClosed).toBe(false);
    clock.advance(1);
    expect(first.isClosed).toBe(true);
    tab.dispatchEvent(new Event('online'));
    clock.advance(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    turn('visible');
    const second = connect();
    tab.dispatchEvent(new Event('offline'));
    tab.dispatchEvent(new Event('online'));
    expect([second.isClosed, FakeSocket.all.length]).toEqual([true, 3]);
    end();
  });
});

describe('a trend', () => {
  it('begins ten minutes ago, resumes after the last change, and breaks at a gap', async () => {
    const property = client.property('urn:lamp', 'level');
    property.watch();
    const peer = connect();
    peer.say(peer.last('observeproperty'), {});
    const now = clock.now();
    peer.notify(peer.last('observeproperty'), change(3, now));
    property.watchTrend();
    expect(peer.count('unobserveproperty')).toBe(1);
    const began = peer.last('observeproperty') as RequestMessage;
    expect(uuidToId(began.lastNotificationID ?? '')).toBe((now - 600_000) * 1000);
    peer.say(began, { gap: { after: 'x', resumesAt: 'y' } });
    peer.notify(began, change(1, now - 400_000));
    peer.notify(began, change(2, now - 200_000));
    await settle();
    expect(property.trend.get().values).toEqual([1, 2]);
    expect(property.value.get()).toMatchObject({ value: 3 });
    peer.say(peer.last('readproperty'), { value: 3, timestamp: new Date(now).toISOString() });
    await settle();
    expect(property.trend.get()).toMatchObject({ values: [1, 2, 3] });
    peer.onclose?.();
    clock.advance(10_000);
    const next = connect();
    const resumed = next.last('observeproperty') as RequestMessage;
    expect(resumed.lastNotificationID).toBe(idToUuid((now - 200_000) * 1000));
    next.say(resumed, { gap: { after: 'x', resumesAt: 'y' } });
    next.notify(resumed, change(9));
    await settle();
    expect(property.trend.get().values).toEqual([1, 2, 3, Number.NaN, 9]);
  });
});

describe('times', () => {
  it('are those of our clock, where that of the servient is another one', async () => {
    const property = client.property('urn:lamp', 'level');
    property.watch();
    const peer = connect();
    const now = clock.now();
    const later = now + 86_400_000;
    peer.say(peer.questions[0], { error: { status: 404 }, timestamp: new Date(later).toISOString() });
    peer.notify(peer.last('observeproperty'), change(1, later - 60_000));
    expect(await shown(property)).toMatchObject({ at: now - 60_000 });
  });
});

describe('events', () => {
  it('of several Things are one feed, and each Thing is subscribed to once', async () => {
    const all = client.feed(['urn:lamp', 'urn:fan']);
    const overheated = client.feed(['urn:lamp'], 'overheated');
    const ends = [all.listen(() => {}), overheated.listen(() => {})];
    const peer = connect();
    const [lamp, fan] = peer.sent;
    expect(peer.sent.map(({ operation }) => operation)).toEqual(['subscribeallevents', 'subscribeallevents']);
    expect(uuidToId(lamp?.lastNotificationID ?? '')).toBe((clock.now() - 600_000) * 1000);
    const event = (name: string, time: number) => ({ name, messageID: idToUuid(time * 1000), data: time });
    peer.say(lamp, {});
    peer.notify(lamp, event('overheated', 1));
    peer.notify(fan, event('stalled', 3));
    peer.notify(lamp, event('switched', 2));
    peer.notify(lamp, event('switched', 2));
    await settle();
    const names = (feed: typeof all) => feed.get().map(({ name, at }) => [name, at]);
    expect(names(all)).toEqual([
      ['stalled', 3],
      ['switched', 2],
      ['overheated', 1],
    ]);
    expect(names(overheated)).toEqual([['overheated', 1]]);
    for (const end of ends) end();
    clock.advance(1000);
    expect(peer.count('unsubscribeallevents')).toBe(2);
  });
});
