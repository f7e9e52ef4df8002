import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { connect, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { type MqttOptions, mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { accessRules } from '../../src/security/access-rules.ts';
import { openAccess } from '../../src/security/open-access.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { keepingLogger, type LoggedLine } from '../support/logged.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { happens } from '../support/mqtt-events.ts';
import { needs } from '../support/system-parts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const parts = needs('mosquitto');
const lamp: ThingDefinition = {
  td: { title: 'Lamp', properties: { level: { type: 'number', observable: true } } },
  options: { name: 'lamp' },
  handlers: () => ({ properties: { level: { initial: 1 } } }),
};

describe.skipIf(parts.missing)(`servients that share a broker${parts.note}`, () => {
  let broker: Mosquitto;
  let client: MqttClient;
  const servients: Servient[] = [];
  /** What is retained, by topic. */
  const retained = new Map<string, string>();

  beforeEach(async () => {
    broker = await startMosquitto(parts.command('mosquitto'));
    client = connect(broker.url, { protocolVersion: 5 });
    retained.clear();
    client.on('message', (topic, payload, { retain }) => {
      if (!retain) return;
      if (payload.length === 0) retained.delete(topic);
      else retained.set(topic, String(payload));
    });
    await client.subscribeAsync('#', { qos: 1, rap: true });
  });

  afterEach(async () => {
    for (const servient of servients.splice(0)) await servient.stop();
    await client.endAsync(true);
    await broker.stop();
  });

  function create(options: Partial<MqttOptions>, access = openAccess) {
    const { logger, lines } = keepingLogger();
    const servient = createServient({
      bindings: [http({ port: 0 }), mqtt({ broker: broker.url, ...options })],
      logger,
      access,
    });
    servients.push(servient);
    return { servient, lines };
  }

  test('with prefixes of their own have Things of one name, and leave each other alone', async () => {
    const [a, b] = [create({ prefix: 'site-a', clientId: 'a' }), create({ prefix: 'site/b', clientId: 'b' })];
    const first = await a.servient.expose(lamp);
    const second = await b.servient.expose(lamp);
    await client.publishAsync('site/b/things/lamp/properties/level/set', '7', { qos: 1 });
    await vi.waitFor(() => expect(retained.get('site/b/things/lamp/properties/level')).toBe('7'));
    expect([first.handle.get('level'), second.handle.get('level')]).toEqual([1, 7]);

    await b.servient.unexpose('lamp');
    await b.servient.stop();
    await vi.waitFor(() => expect(retained.get('site/b/servients/b/status')).toBe('offline'));
    expect([...retained.keys()].filter((topic) => topic.startsWith('site/b/'))).toEqual([
      'site/b/servients/b/status',
    ]);
    expect(retained.get('site-a/things/lamp/properties/level')).toBe('1');
    expect(retained.get('site-a/servients/a/status')).toBe('online');
    expect(JSON.parse(retained.get('site-a/things/lamp') ?? '')).toMatchObject({ id: first.id });
    expect([...a.lines, ...b.lines].filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  test('leave their Things offline', async () => {
    const { servient } = create({ clientId: 'a' });
    await servient.start();
    await servient.expose(lamp);
    await vi.waitFor(() => expect(retained.get('things/lamp/status')).toBe('online'));
    await servient.stop();
    await vi.waitFor(() => expect(retained.get('things/lamp/status')).toBe('offline'));
  });

  test('say that they lost the broker, and have it again', async () => {
    const { servient, lines } = create({});
    await servient.start();
    const { port } = broker;
    await broker.stop();
    await vi.waitFor(() => expect(warnings(lines)).toMatch(/connection to the MQTT broker .* was lost/));
    broker = await startMosquitto(parts.command('mosquitto'), [], port);
    await vi.waitFor(() => expect(warnings(lines)).toContain('is connected again'), { timeout: 5000 });
  });

  test('say that its access rules keep from all what they publish', async () => {
    const rules = join(temporaryFolder({ onTestFinished }), 'acl');
    writeFileSync(rules, 'topic read #\n');
    const strict = await startMosquitto(parts.command('mosquitto'), ['user root', `acl_file ${rules}`]);
    onTestFinished(() => strict.stop());
    const { servient, lines } = create({ broker: strict.url, clientId: 'a' });
    await servient.start();
    await vi.waitFor(() =>
      expect(warnings(lines)).toMatch(/refuses what is published at servients\/a\/status/),
    );
    await servient.stop();
  });

  test('offer there what is granted to mqtt-broker, and nothing else', async () => {
    const grants = [{ to: ['mqtt-broker'], rights: ['read'], things: ['lamp'] }];
    const { servient, lines } = create({}, accessRules({ grants }).policy);
    const [shown, hidden] = await Promise.all(
      ['lamp', 'vault', 'safe'].map((name) => servient.expose({ ...lamp, options: { name } })),
    );
    await vi.waitFor(() => expect(retained.get('things/lamp/properties/level')).toBe('1'));
    const overMqtt = (thing: typeof shown) =>
      thing?.td().properties?.['level']?.forms?.filter(({ href }) => href.startsWith('mqtt:'));
    expect([overMqtt(shown)?.length, overMqtt(hidden)?.length]).toEqual([2, 0]);
    expect([...retained.keys()].filter((topic) => /vault|safe/.test(topic))).toEqual([]);
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(warnings(lines)).toContain(
      'vault is not offered over MQTT: nothing of it is granted to mqtt-broker',
    );
  });

  test('with one client id push each other away, and are told so', async () => {
    const { servient, lines } = create({ clientId: 'same' });
    await servient.start();
    const rival = async () => {
      const other = connect(broker.url, { clientId: 'same', reconnectPeriod: 0 });
      await happens(other, 'connect');
      return other;
    };
    await happens(await rival(), 'close');
    expect(warnings(lines)).not.toMatch(oneClient);
    const last = await rival();
    await vi.waitFor(() => expect(warnings(lines)).toMatch(oneClient), { timeout: 5000 });
    await last.endAsync(true);
  });

  test('where the broker tells that another client took over [session-taken-over]', async () => {
    const telling = createServer((socket) => {
      // CONNACK, then DISCONNECT with the reason 0x8E
      socket.once('data', () => socket.end(Uint8Array.of(0x20, 3, 0, 0, 0, 0xe0, 1, 0x8e)));
    });
    await new Promise<void>((resolve) => telling.listen(0, '127.0.0.1', resolve));
    const { port } = telling.address() as AddressInfo;
    const { servient, lines } = create({ broker: `mqtt://127.0.0.1:${port}`, clientId: 'same' });
    await servient.start();
    await vi.waitFor(() => expect(warnings(lines)).toMatch(oneClient));
    telling.close();
  });
});

const oneClient = /Only one client may connect as same: .* mqtt\(\{ clientId \}\)/;

function warnings(lines: readonly LoggedLine[]): string {
  return lines.flatMap(({ level, message }) => (level === 'warn' ? [message] : [])).join();
}
