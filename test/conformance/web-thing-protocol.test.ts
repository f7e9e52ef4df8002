import { defineThing, WotError } from 'thingwright';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { openThingSocket, type Received, type ThingSocket } from '../support/thing-socket.ts';

// One test per MUST of https://w3c.github.io/web-thing-protocol/ for Things; titles name its section.

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const rfc3339 = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const id = 'https://mythingserver.example/things/lamp';

const td = {
  title: 'Lamp',
  id,
  properties: {
    on: { type: 'boolean', observable: true },
    level: { type: 'integer', maximum: 100, observable: true },
    serial: { type: 'string', readOnly: true },
    pin: { type: 'string', writeOnly: true },
  },
  actions: {
    blink: { input: { type: 'integer' }, output: { type: 'string' } },
    beep: { synchronous: true },
    jam: { synchronous: true },
    fade: { synchronous: false, input: { type: 'boolean' }, output: { type: 'integer' } },
    wait: { synchronous: false },
  },
  events: { overheated: { data: { type: 'number' } }, opened: {} },
} as const;

let servient: Servient;
let lamp: ExposedThing;
let lampSocket: ThingSocket;
/** Whether the level, then the PIN, does its work. */
let broken = '';

const failing = (name: string) => {
  if (broken === name) throw new WotError('timeout', 'DEVICE_SILENT', 'The device is silent.');
};

beforeEach(async () => {
  broken = '';
  let level = 50;
  servient = createServient({ bindings: [http({ port: 0 }), websocket()] });
  lamp = await servient.expose(
    defineThing(td, {
      properties: {
        on: { initial: true },
        level: {
          read: () => {
            failing('level');
            return level;
          },
          write: (value) => {
            failing('level');
            level = value;
          },
        },
        serial: { initial: 'L-1' },
        pin: { initial: '0000', written: () => failing('pin') },
      },
      actions: {
        blink: (times) => '*'.repeat(times ?? 0),
        beep: () => undefined,
        jam: () => failing(broken),
        fade: async (succeeds) => {
          if (!succeeds) throw new WotError('unavailable', 'LAMP_GONE', 'The lamp is gone.');
          return 100;
        },
        wait: (_, { signal }) =>
          new Promise<undefined>((_resolve, reject) => (signal.onabort = () => reject(signal.reason))),
      },
    }),
  );
  lampSocket = await openThingSocket(String(servient.addresses[1]), id);
});

afterEach(() => servient.stop());

const ask = (operation: string, members?: object): Promise<Received> => lampSocket.ask(operation, members);
const status = async (operation: string, members?: object): Promise<unknown> =>
  (await ask(operation, members)).error?.['status'];

/** A response without what `message-format` asks of all messages. */
async function answer(operation: string, members?: object): Promise<object> {
  const {
    thingID,
    messageID,
    messageType,
    operation: of,
    correlationID,
    timestamp,
    ...rest
  } = await ask(operation, members);
  expect({ thingID, messageType, operation: of }).toEqual({
    thingID: id,
    messageType: 'response',
    operation,
  });
  expect([messageID, correlationID]).toEqual([expect.stringMatching(uuid4), expect.any(String)]);
  return rest;
}

/** The essence of notifications, in order. */
const told = async (count: number): Promise<readonly unknown[]> =>
  (await lampSocket.notifications(count)).map(({ operation, name, value, data, correlationID }) => [
    operation,
    name,
    value ?? data,
    correlationID,
  ]);

const [a, b, c] = [1, 2, 3].map((digit) => `${digit}0000000-0000-4000-8000-000000000000`);

describe('protocol-handshake', () => {
  test('the forms of the TD lead to the endpoint and name the subprotocol', () => {
    const { properties, actions, events, forms } = lamp.td();
    const all = [properties?.['on'], actions?.['fade'], events?.['opened'], { forms }];
    for (const place of all) {
      const form = place?.forms?.find(({ subprotocol }) => subprotocol === 'webthingprotocol');
      expect(form?.href).toBe(servient.addresses[1]);
      expect(form?.href).toMatch(/^ws:/);
    }
  });

  test('the subprotocol is chosen', () => {
    expect(lampSocket.socket.protocol).toBe('webthingprotocol');
  });
});

describe('message-format', () => {
  test('thingID is the id of the TD, messageID a UUIDv4, messageType and operation are there, times are RFC 3339', async () => {
    await ask('subscribeevent', { name: 'overheated' });
    lamp.handle.emit('overheated', 90);
    await ask('readproperty', { name: 'on' });
    await lampSocket.notifications(1);
    for (const message of lampSocket.received) {
      expect(message.thingID).toBe(lamp.td().id);
      expect(message.messageID).toMatch(uuid4);
      expect(['response', 'notification']).toContain(message.messageType);
      expect(['subscribeevent', 'readproperty']).toContain(message.operation);
      if (message.timestamp !== undefined) expect(message.timestamp).toMatch(rfc3339);
    }
    expect(new Set(lampSocket.received.map(({ messageID }) => messageID)).size).toBe(3);
  });

  test('a correlationID comes back in the response and in all notifications', async () => {
    await ask('observeproperty', { name: 'on', correlationID: a });
    lamp.handle.set('on', false);
    await lampSocket.notifications(2);
    expect(lampSocket.received.map(({ correlationID }) => correlationID)).toEqual([a, a, a]);
  });
});

describe('readproperty', () => {
  test('response: name, value, timestamp', async () => {
    expect(await ask('readproperty', { name: 'level' })).toMatchObject({
      name: 'level',
      value: 50,
      timestamp: expect.stringMatching(rfc3339),
    });
  });
});

describe('writeproperty', () => {
  test('request, response: the value is set and confirmed', async () => {
    expect(await answer('writeproperty', { name: 'on', value: false })).toEqual({ name: 'on', value: false });
    expect(await answer('readproperty', { name: 'on' })).toEqual({ name: 'on', value: false });
  });

  test('response: no value where it cannot be confirmed', async () => {
    expect(await answer('writeproperty', { name: 'pin', value: '1234' })).toEqual({ name: 'pin' });
    // A handler may have set another one.
    expect(await answer('writeproperty', { name: 'level', value: 7 })).toEqual({ name: 'level' });
  });
});

describe('readallproperties', () => {
  test('request, response: all readable properties', async () => {
    expect(await answer('readallproperties')).toEqual({ values: { on: true, level: 50, serial: 'L-1' } });
  });

  test('error-response: 500 where one cannot be read', async () => {
    broken = 'level';
    expect(await status('readallproperties')).toBe(500);
  });
});

describe('readmultipleproperties', () => {
  test('request, response: the named properties', async () => {
    const values = { on: true, level: 50 };
    expect(await answer('readmultipleproperties', { names: ['on', 'level'] })).toEqual({ values });
  });

  test.each([
    ['no names', []],
    ['an unknown name', ['on', 'off']],
    ['a write-only property', ['on', 'pin']],
  ])('error-response: 400 for %s', async (_, names) => {
    expect(await status('readmultipleproperties', { names })).toBe(400);
  });

  test('error-response: 500 where one cannot be read', async () => {
    broken = 'level';
    expect(await status('readmultipleproperties', { names: ['on', 'level'] })).toBe(500);
  });
});

describe.each(['writeallproperties', 'writemultipleproperties'])('%s', (operation) => {
  const values = { on: false, level: 8, pin: '1' };

  test('request, response: the values are set and confirmed', async () => {
    expect(await answer(operation, { values })).toEqual({ values });
    expect(await answer('readallproperties')).toMatchObject({ values: { on: false, level: 8 } });
  });

  test.each([
    ['no values', {}],
    ['an unknown name', { ...values, off: true }],
    ['a read-only property', { ...values, serial: 'x' }],
    ['a value that does not fit', { ...values, level: 101 }],
  ])('error-response: 400 for %s, nothing is written', async (_, wrong) => {
    expect(await status(operation, { values: wrong })).toBe(400);
    expect(await answer('readallproperties')).toMatchObject({ values: { on: true, level: 50 } });
  });

  test('error-response: 500 and what was written where one cannot be written', async () => {
    broken = 'level';
    expect(await answer(operation, { values })).toMatchObject({
      error: { status: 500, kind: 'timeout' },
      values: { on: false },
    });
  });
});

describe('writeallproperties', () => {
  test('error-response: 400 where a writable property is missing', async () => {
    expect(await status('writeallproperties', { values: { on: false, level: 8 } })).toBe(400);
    expect(await answer('readproperty', { name: 'on' })).toMatchObject({ value: true });
  });
});

describe('writemultipleproperties', () => {
  test('request: some properties will do', async () => {
    expect(await answer('writemultipleproperties', { values: { level: 8 } })).toEqual({
      values: { level: 8 },
    });
  });
});

describe('observeproperty', () => {
  test('response, notification: every change is told', async () => {
    expect(await answer('observeproperty', { name: 'on', correlationID: a })).toEqual({ name: 'on' });
    lamp.handle.set('on', false);
    const observed = (value: boolean) => ['observeproperty', 'on', value, a];
    expect(await told(2)).toEqual([observed(true), observed(false)]);
    expect((await lampSocket.notifications(2)).map(({ timestamp }) => timestamp)).toEqual([
      expect.stringMatching(rfc3339),
      expect.stringMatching(rfc3339),
    ]);
  });

  test('request: the last subscription wins, with its correlationID', async () => {
    await ask('observeproperty', { name: 'on', correlationID: a });
    await ask('observeproperty', { name: 'on', correlationID: b });
    lamp.handle.set('on', false);
    const values = [true, true, false].map((value, index) => [
      'observeproperty',
      'on',
      value,
      index > 0 ? b : a,
    ]);
    await ask('readproperty', { name: 'on' });
    expect(await told(3)).toEqual(values);
  });

  test('request: others of observeallproperties go on under their correlationID', async () => {
    await ask('observeallproperties', { correlationID: a });
    await ask('observeproperty', { name: 'on', correlationID: b });
    lamp.handle.set('on', false);
    lamp.handle.notify('level', 51);
    expect((await told(5)).slice(3)).toEqual([
      ['observeproperty', 'on', false, b],
      ['observeallproperties', 'level', 51, a],
    ]);
  });
});

describe('unobserveproperty', () => {
  test('request, response: nothing follows, others go on', async () => {
    await ask('observeallproperties', { correlationID: a });
    expect(await answer('unobserveproperty', { name: 'on' })).toEqual({ name: 'on' });
    lamp.handle.set('on', false);
    lamp.handle.notify('level', 51);
    expect((await told(3))[2]).toEqual(['observeallproperties', 'level', 51, a]);
  });

  test('response: success also where nothing is observed', async () => {
    expect(await answer('unobserveproperty', { name: 'serial' })).toEqual({ name: 'serial' });
  });
});

describe('observeallproperties', () => {
  test('request: replaces what was observed before', async () => {
    await ask('observeproperty', { name: 'on', correlationID: a });
    expect(await answer('observeallproperties', { correlationID: b })).toEqual({});
    lamp.handle.set('on', false);
    await ask('readproperty', { name: 'on' });
    expect((await told(4)).slice(1)).toEqual([
      ['observeallproperties', 'on', true, b],
      ['observeallproperties', 'level', 50, b],
      ['observeallproperties', 'on', false, b],
    ]);
  });
});

describe('unobserveallproperties', () => {
  test('request, response: ends what any operation observes', async () => {
    await ask('observeallproperties');
    await ask('observeproperty', { name: 'on' });
    expect(await answer('unobserveallproperties')).toEqual({});
    lamp.handle.set('on', false);
    lamp.handle.notify('level', 51);
    await ask('readproperty', { name: 'on' });
    expect(await told(3)).toHaveLength(3);
  });

  test('response: success also where nothing is observed', async () => {
    expect(await answer('unobserveallproperties')).toEqual({});
  });
});

describe('invokeaction', () => {
  test('synchronous-response: the output when it is complete', async () => {
    expect(await answer('invokeaction', { name: 'blink', input: 3 })).toEqual({
      name: 'blink',
      output: '***',
    });
    expect(await answer('invokeaction', { name: 'beep' })).toEqual({ name: 'beep' });
  });

  test('asynchronous-response: a status with a UUIDv4, pending or running', async () => {
    const { status: begun } = await ask('invokeaction', { name: 'wait' });
    expect(begun).toEqual({
      actionID: expect.stringMatching(uuid4),
      state: expect.stringMatching(/^(pending|running)$/),
      timeRequested: expect.stringMatching(rfc3339),
    });
  });

  test('error-response: a synchronous action fails', async () => {
    broken = 'jam';
    expect(await answer('invokeaction', { name: 'jam' })).toMatchObject({
      name: 'jam',
      error: { status: 504 },
    });
  });
});

describe('queryaction', () => {
  const begin = async (name: string, input?: boolean): Promise<string> =>
    String((await ask('invokeaction', { name, input })).status?.actionID);

  test('response: running', async () => {
    const actionID = await begin('wait');
    const running = { actionID, state: 'running', timeRequested: expect.stringMatching(rfc3339) };
    expect(await answer('queryaction', { actionID })).toEqual({ name: 'wait', status: running });
  });

  test('response: completed, with the output', async () => {
    const actionID = await begin('fade', true);
    expect(await answer('queryaction', { actionID })).toMatchObject({
      name: 'fade',
      status: { actionID, state: 'completed', output: 100, timeEnded: expect.stringMatching(rfc3339) },
    });
  });

  test('response: failed, with a problem', async () => {
    const actionID = await begin('fade', false);
    expect(await answer('queryaction', { actionID })).toMatchObject({
      status: { state: 'failed', error: { status: 503, title: 'Service Unavailable', code: 'LAMP_GONE' } },
    });
  });

  test('error-response: an unknown actionID', async () => {
    expect(await answer('queryaction', { actionID: a })).toMatchObject({ error: { status: 404 } });
  });
});

describe('cancelaction', () => {
  test('request, response: the action ends and is forgotten', async () => {
    const actionID = (await ask('invokeaction', { name: 'wait' })).status?.actionID;
    expect(await answer('cancelaction', { actionID })).toEqual({ actionID });
    expect(await status('queryaction', { actionID })).toBe(404);
  });
});

describe('queryallactions', () => {
  test('request, response: all statuses by action, the newest first', async () => {
    const ids: unknown[] = [];
    for (const name of ['wait', 'fade', 'wait']) {
      ids.unshift((await ask('invokeaction', { name, input: true })).status?.actionID);
    }
    const [second, fade, first] = ids;
    expect(await answer('queryallactions')).toMatchObject({
      statuses: {
        fade: [{ actionID: fade, state: 'completed' }],
        wait: [
          { actionID: second, state: 'running' },
          { actionID: first, state: 'running' },
        ],
      },
    });
  });
});

describe('subscribeevent', () => {
  test('response, notification: every event is told, with its data', async () => {
    expect(await answer('subscribeevent', { name: 'overheated', correlationID: a })).toEqual({
      name: 'overheated',
    });
    lamp.handle.emit('overheated', 90);
    expect(await told(1)).toEqual([['subscribeevent', 'overheated', 90, a]]);
  });

  test('notification: no data where the event has none', async () => {
    await ask('subscribeevent', { name: 'opened' });
    lamp.handle.emit('opened');
    expect((await lampSocket.notifications(1))[0]).not.toHaveProperty('data');
  });

  test('request: the last subscription wins, others of subscribeallevents go on', async () => {
    await ask('subscribeallevents', { correlationID: a });
    await ask('subscribeevent', { name: 'opened', correlationID: b });
    await ask('subscribeevent', { name: 'opened', correlationID: c });
    lamp.handle.emit('opened');
    lamp.handle.emit('overheated', 91);
    expect(await told(2)).toEqual([
      ['subscribeevent', 'opened', undefined, c],
      ['subscribeallevents', 'overheated', 91, a],
    ]);
  });
});

describe('unsubscribeevent', () => {
  test('request, response: nothing follows, others go on', async () => {
    await ask('subscribeallevents', { correlationID: a });
    expect(await answer('unsubscribeevent', { name: 'opened' })).toEqual({ name: 'opened' });
    lamp.handle.emit('opened');
    lamp.handle.emit('overheated', 91);
    expect(await told(1)).toEqual([['subscribeallevents', 'overheated', 91, a]]);
  });

  test('response: success also where nothing is subscribed to', async () => {
    expect(await answer('unsubscribeevent', { name: 'opened' })).toEqual({ name: 'opened' });
  });
});

describe('subscribeallevents', () => {
  test('request, response, notification: replaces what was subscribed to before', async () => {
    await ask('subscribeevent', { name: 'opened', correlationID: a });
    expect(await answer('subscribeallevents', { correlationID: b })).toEqual({});
    lamp.handle.emit('opened');
    lamp.handle.emit('overheated', 91);
    await ask('readproperty', { name: 'on' });
    expect(await told(2)).toEqual([
      ['subscribeallevents', 'opened', undefined, b],
      ['subscribeallevents', 'overheated', 91, b],
    ]);
  });
});

describe('unsubscribeallevents', () => {
  test('request, response: ends what any operation subscribed to', async () => {
    await ask('subscribeallevents');
    await ask('subscribeevent', { name: 'opened' });
    expect(await answer('unsubscribeallevents')).toEqual({});
    lamp.handle.emit('opened');
    lamp.handle.emit('overheated', 91);
    await ask('readproperty', { name: 'on' });
    expect(await told(0)).toEqual([]);
  });

  test('response: success also where nothing is subscribed to', async () => {
    expect(await answer('unsubscribeallevents')).toEqual({});
  });
});

describe('error-response', () => {
  const problem = (code: number, title: string) => ({
    error: {
      status: code,
      type: `https://w3c.github.io/web-thing-protocol/errors#${code}`,
      title,
      detail: expect.any(String),
    },
  });

  test.each([
    ['a member is missing', 'writeproperty', { name: 'on' }, problem(400, 'Bad Request')],
    ['the operation is unknown', 'fly', {}, problem(400, 'Bad Request')],
    ['the affordance is unknown', 'readproperty', { name: 'off' }, problem(404, 'Not Found')],
    ['the Thing is unknown', 'readproperty', { name: 'on', thingID: 'urn:x' }, problem(404, 'Not Found')],
  ])('%s', async (_, operation, members, expected) => {
    const response = await ask(operation, members);
    expect(response).toMatchObject(expected);
    expect(response).toMatchObject({
      messageType: 'response',
      operation,
      timestamp: expect.stringMatching(rfc3339),
    });
  });
});
