import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { acl } from '../../src/cli/commands/acl.ts';
import type { Form, ThingDescription } from '../../src/contracts/td.ts';
import { accessRules } from '../../src/security/access-rules.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { failureOf } from '../support/failure-of.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import {
  accessDocument,
  accessThings,
  askers,
  publishers,
  receivers,
  requests,
} from '../support/mqtt-access-table.ts';
import { happens } from '../support/mqtt-events.ts';
import { needs } from '../support/system-parts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const parts = needs('mosquitto');
const folder = temporaryFolder({ onTestFinished: afterAll });
const accessFile = join(folder, 'access.json');
const module = join(folder, 'things.ts');
const flags = { accessFile, out: join(folder, 'out'), user: 'servient', json: true };
const table = new URL('../support/mqtt-access-table.ts', import.meta.url);
const notAuthorized = 135;

interface Written {
  readonly acl: string;
  readonly passwords: string;
  readonly configuration: readonly string[];
  readonly created: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
}

/** What `wot acl` prints. */
async function write(document: object = accessDocument, more: object = {}): Promise<Written> {
  writeFileSync(accessFile, JSON.stringify(document));
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await acl(['mosquitto', module], { ...flags, ...more });
    return JSON.parse(String(printed.mock.lastCall?.[0]));
  } finally {
    printed.mockRestore();
  }
}

writeFileSync(
  module,
  `import { accessThings } from ${JSON.stringify(table.href)};
  export default async (servient) => { for (const thing of accessThings([])) await servient.expose(thing); };`,
);

describe('the files of Mosquitto', () => {
  test('are the same for the same rules, and keep what passwords there are', async () => {
    const out = join(folder, 'again');
    const first = await write(accessDocument, { out });
    expect(Object.keys(first.created)).toEqual(['anna', 'ben', 'root', 'servient']);
    const [rules, passwords] = [readFileSync(first.acl, 'utf8'), readFileSync(first.passwords, 'utf8')];
    for (const file of [first.acl, first.passwords]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await write(accessDocument, { out })).toEqual({ ...first, created: {} });
    expect(readFileSync(first.acl, 'utf8')).toBe(rules);
    expect(readFileSync(first.passwords, 'utf8')).toBe(passwords);

    const { ben: _gone, ...users } = accessDocument.users;
    const grants = [{ to: ['carl'], rights: ['read'], things: ['lamp'], affordances: ['level'] }];
    const second = await write({ users: { ...users, carl: {} }, grants }, { out });
    expect([Object.keys(second.created), second.removed]).toEqual([['carl'], ['ben']]);
    expect(second.configuration[0]).toBe('allow_anonymous false');
    const line = (user: string, text: string) => text.split('\n').find((each) => each.startsWith(`${user}:`));
    const fresh = readFileSync(second.passwords, 'utf8');
    expect(line('anna', fresh)).toBe(line('anna', passwords));
    expect(line('ben', fresh)).toBeUndefined();
    // Nothing is served that mqtt-broker may not do.
    expect(readFileSync(second.acl, 'utf8')).not.toContain('things/lamp');
  });

  test.for<[string, object, object]>([
    ['ACL_INEXPRESSIBLE: The topics # hold', {}, { topics: [{ to: ['anonymous'], receive: ['#'] }] }],
    ['ACL_INEXPRESSIBLE: The topics \\+/x hold', {}, { topics: [{ to: ['anonymous'], publish: ['+/x'] }] }],
    ['ACL_INEXPRESSIBLE: "a/b" is', {}, { users: { 'a/b': {} } }],
    ['ACL_INEXPRESSIBLE: .*control characters', { user: 'x\ntopic readwrite y' }, {}],
    ['ACL_INEXPRESSIBLE: .*%c', { mqttPrefix: '%c' }, {}],
    ['ACL_USER_TAKEN: servient', {}, { users: { servient: {} } }],
    ['TOPIC_PREFIX_INVALID', { mqttPrefix: 'a/#' }, {}],
    ['ACCESS_INVALID: .*access.json: /user', {}, { user: {} }],
    ['ACCESS_UNREADABLE', { accessFile: join(folder, 'nowhere') }, {}],
  ])('are not written: %s', async ([failure, more, document]) => {
    expect(await failureOf(() => write(document, more))).toMatch(new RegExp(`^invalid ${failure}`));
  });

  test('have the prefix, and what Home Assistant needs', async () => {
    const out = join(folder, 'prefix');
    const { acl: file } = await write(accessDocument, { out, mqttPrefix: 'site a', homeAssistant: true });
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(
      'user servient\ntopic readwrite site a/things/#\ntopic readwrite site a/servients/#\n',
    );
    expect(text).toContain('topic readwrite homeassistant/#\n');
    expect(text).toContain('\npattern read site a/things/+/actions/+/reply/%c/#\n');
    const topics = [...text.matchAll(/^(?:topic|pattern) \w+ (.*)$/gm)].map(([, topic = '']) => topic);
    expect(topics.filter((topic) => !/^(site a|homeassistant|notes)\//.test(topic))).toEqual([]);
  });

  test('let the servient have the topics that are granted to mqtt-broker', async () => {
    const topics = [{ to: ['mqtt-broker'], publish: ['zigbee2mqtt/+/set'], receive: ['zigbee2mqtt/#'] }];
    const { acl: file } = await write({ topics }, { out: join(folder, 'bridged') });
    expect(readFileSync(file, 'utf8')).toMatch(
      /user servient\n(topic readwrite .*\n)+topic read zigbee2mqtt\/#\ntopic write zigbee2mqtt\/\+\/set\n/,
    );
  });

  test('are for a broker that is known', async () => {
    expect(await failureOf(() => acl(['emqx'], flags))).toMatch('invalid ACL_BROKER_UNKNOWN');
  });
});

describe.skipIf(parts.missing)(`a Mosquitto with them${parts.note}`, () => {
  const calls: string[] = [];
  const clients: MqttClient[] = [];
  let passwords: Readonly<Record<string, string>>;
  let broker: Mosquitto;
  let servient: Servient;
  let things: readonly ExposedThing[];

  beforeAll(async () => {
    const { configuration, created } = await write();
    passwords = created;
    // Where root starts it, it would go on as a user who may not read the files.
    broker = await startMosquitto(parts.command('mosquitto'), ['user root', ...configuration]);
    const own = { username: flags.user, password: passwords[flags.user] ?? '' };
    servient = createServient({
      bindings: [mqtt({ broker: broker.url, ...own })],
      access: accessRules(accessDocument).policy,
    });
    await servient.start();
    things = await Promise.all(accessThings(calls).map((thing) => servient.expose(thing)));
  });

  afterAll(async () => {
    for (const client of clients) await client.endAsync(true);
    await servient?.stop();
    await broker?.stop();
  });

  function peer(user: string, options: IClientOptions = {}): MqttClient {
    const password = passwords[user] ?? '';
    const credentials = user === 'anonymous' ? {} : { username: user, password };
    const given = { protocolVersion: 5, reconnectPeriod: 0, ...credentials, ...options } as const;
    const client = connect(broker.url, given);
    clients.push(client);
    client.setMaxListeners(0);
    return client;
  }

  /** Topics that a client receives from now on. */
  async function listening(user: string, filters: readonly string[]) {
    const client = peer(user);
    const topics = new Set<string>();
    client.on('message', (topic) => topics.add(topic));
    await client.subscribeAsync([...filters]);
    return { user, topics };
  }

  /** Says something that everybody may hear, after all that was said before. */
  async function end(mark: string): Promise<void> {
    await peer(flags.user).publishAsync(`servients/${mark}/status`, 'x', { qos: 1, retain: true });
  }

  const known = (topics: ReadonlySet<string>) => new Set([...topics].filter((topic) => topic in receivers));
  const expected = (asker: string, of = Object.keys(receivers)) =>
    new Set(of.filter((topic) => receivers[topic]?.some((name) => name === asker)));

  test('everybody receives what they may, live and retained', async () => {
    const live = await Promise.all(askers.map((asker) => listening(asker, ['#', '+/+/#'])));
    const root = peer('root');
    for (const topic of ['notes/open', 'notes/closed'])
      await root.publishAsync(topic, 'x', { retain: true, qos: 1 });
    for (const { handle } of things) {
      handle.set('level', 5);
      handle.set('secret', 5);
      handle.emit('bur nt', 'x');
    }
    await vi.waitFor(() => expect(known(live[0]?.topics ?? new Set())).toEqual(expected('root')));
    await end('live');
    for (const { user, topics } of live) {
      await vi.waitFor(() => expect(topics).toContain('servients/live/status'));
      expect([user, known(topics)]).toEqual([user, expected(user)]);
    }
    const late = await Promise.all(askers.map((asker) => listening(asker, ['#', 'servients/live/status'])));
    const retained = Object.keys(receivers).filter((topic) => !topic.includes('/events/'));
    for (const { user, topics } of late) {
      await vi.waitFor(() => expect(topics).toContain('servients/live/status'));
      expect([user, known(topics)]).toEqual([user, expected(user, retained)]);
    }
  });

  test.each(askers)('%s publishes where they may, and is told where not', async (asker) => {
    const client = peer(asker);
    for (const [topic, names] of Object.entries(publishers)) {
      const published = client.publishAsync(topic, 'x', { qos: 1 }).then(
        () => 0,
        (error) => error.code,
      );
      expect([topic, await published]).toEqual([topic, names.includes(asker) ? 0 : notAuthorized]);
    }
  });

  test.each(askers)('%s asks for what they may, and alone reads the results', async (asker) => {
    const all = await listening('root', ['#']);
    const client = peer(asker, { clientId: `asks-${asker}` });
    const replies = new Map<string, string>();
    client.on('message', (topic, payload) => replies.set(topic, JSON.parse(String(payload)).status));
    await client.subscribeAsync(['things/+/+/+/reply/#', 'things/+/ops/reply/#']);
    const ops = {
      topic: 'things/lamp/ops/readallproperties',
      payload: '',
      may: ['root', 'anna'],
      call: undefined,
    };
    for (const { topic, payload, may, call } of [...requests, ops]) {
      calls.length = 0;
      const mark = `asks-${asker}/1`;
      const allowed = may.some((name) => name === asker);
      const asked = client.publishAsync(`${topic}/${mark}`, payload, { qos: 1 }).then(
        () => 0,
        (error) => error.code,
      );
      expect([topic, await asked]).toEqual([topic, allowed ? 0 : notAuthorized]);
      const reply = `${topic.replace(/[^/]*$/, 'reply')}/${mark}`;
      if (allowed) await vi.waitFor(() => expect([reply, replies.get(reply)]).toEqual([reply, 'ok']));
      expect(calls).toEqual(allowed && call ? [`${call} by mqtt-broker`] : []);
      replies.clear();
    }
    await end(asker);
    await vi.waitFor(() => expect(all.topics).toContain(`servients/${asker}/status`));
    expect([...all.topics].filter((topic) => topic.includes('/reply/'))).toEqual([]);
  });

  test('a will goes where its client may publish, and nowhere else', async () => {
    const all = await listening('root', ['#']);
    calls.length = 0;
    for (const [user, topic] of [
      ['ben', 'notes/ben'],
      ['anna', 'things/lamp/events/x'],
      ['anonymous', 'things/lamp/actions/blink/invoke'],
      ['anna', 'notes/gone'],
    ] as const) {
      const will = { topic, payload: Buffer.from('x'), qos: 1, retain: false } as const;
      const client = peer(user, { will, clientId: 'leaves' });
      await happens(client, 'connect');
    }
    // Who takes the id over ends the one before, whose will is published then.
    await happens(peer('root', { clientId: 'leaves' }), 'connect');
    await vi.waitFor(() => expect(all.topics).toContain('notes/gone'));
    expect([all.topics.has('notes/ben'), all.topics.has('things/lamp/events/x')]).toEqual([false, false]);
    expect(calls).toEqual([]);
  });

  test('nobody connects with a wrong password, or as who is no user', async () => {
    expect(await refusal(peer('anna', { password: passwords['ben'] ?? '' }))).toBe(notAuthorized);
    expect(await refusal(peer('mqtt-broker', { password: 'x' }))).toBe(notAuthorized);
  });

  test('our client says what it may not', async () => {
    const client = mqttClient({ username: 'ben', password: passwords['ben'] ?? '' });
    const td = servient.things.get('lamp')?.description().td as ThingDescription;
    const request = (op: 'writeproperty' | 'readproperty', name: string) => {
      const form = td?.properties?.[name]?.forms?.find((each: Form) => [each.op].flat().includes(op)) as Form;
      const content = { type: 'application/json', body: Buffer.from('1') };
      return client.request({
        op,
        form,
        ...(op === 'writeproperty' && { content }),
        timeout: 5000,
      });
    };
    try {
      const value = (await request('readproperty', 'level')).content?.body;
      expect(String(value)).toMatch(/^\d+$/);
      expect(await failureOf(() => request('writeproperty', 'level'))).toMatch('forbidden PUBLISH_REFUSED');
      expect(await failureOf(() => request('readproperty', 'secret'))).toMatch('forbidden PUBLISH_REFUSED');
    } finally {
      await client.stop();
    }
  });
});

/** The reason code of a refused connection; 0 where it stands. */
function refusal(client: MqttClient): Promise<number> {
  return new Promise((resolve) => {
    client.on('connect', () => resolve(0));
    client.on('error', (error) => resolve('code' in error ? Number(error.code) : -1));
  });
}
