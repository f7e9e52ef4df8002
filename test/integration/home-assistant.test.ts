import { connect, type MqttClient } from 'mqtt';
import { expect, onTestFinished, test, vi } from 'vitest';
import greenhouse from '../../examples/greenhouse/main.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { type Discovered, discoveryFaults } from '../support/home-assistant.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { happens } from '../support/mqtt-events.ts';
import { needs } from '../support/system-parts.ts';

const parts = needs('mosquitto');

const lamp: ThingDefinition = {
  td: { title: 'Lamp', properties: { on: { type: 'boolean', observable: true } }, actions: { blink: {} } },
  options: { name: 'lamp' },
  handlers: () => ({ properties: { on: { initial: false } }, actions: { blink: () => {} } }),
};

/** A client as Home Assistant is one: `heard` is the last text of each topic. */
async function homeAssistant(url: string, ...filters: readonly string[]) {
  const client = connect(url, { protocolVersion: 4, reconnectPeriod: 0 });
  onTestFinished(() => client.endAsync(true));
  const heard = new Map<string, string>();
  client.on('message', (topic, payload) => heard.set(topic, String(payload)));
  await happens(client, 'connect');
  await client.subscribeAsync([...filters], { qos: 1 });
  const devices = () =>
    [...heard].flatMap(([topic, text]): Discovered[] =>
      /^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/.test(topic) && text !== '' ? [JSON.parse(text)] : [],
    );
  const device = (name: string) => devices().find(({ dev }) => dev.name === name);
  return { client, heard, devices, device };
}

async function started(options: Parameters<typeof mqtt>[0]) {
  const servient = createServient({
    logger: silentLogger,
    bindings: [mqtt({ homeAssistant: true, ...options })],
  });
  onTestFinished(() => servient.stop());
  await servient.start();
  return { servient, url: servient.addresses[0] ?? '' };
}

const publish = (client: MqttClient, topic: unknown, payload: unknown) =>
  client.publishAsync(String(topic), String(payload), { qos: 1 });

test.skipIf(parts.missing)(
  `a greenhouse appears behind Mosquitto, and its valve is opened from there${parts.note}`,
  async () => {
    const broker = await startMosquitto(parts.command('mosquitto'));
    onTestFinished(() => broker.stop());
    const { servient } = await started({ broker: broker.url });
    await greenhouse(servient, { controlled: false, log() {} });
    const { client, heard, devices, device } = await homeAssistant(broker.url, 'homeassistant/#');
    await vi.waitFor(() => expect(devices()).toHaveLength(23));
    for (const each of devices()) expect(discoveryFaults(each)).toEqual([]);
    const valve = device('Zone 1 irrigation valve');
    const open = valve?.cmps['switch-properties_2f_open'] ?? {};
    const available = valve?.['availability'] as readonly { readonly topic: string }[];
    await client.subscribeAsync([String(open['state_topic']), ...available.map(({ topic }) => topic)]);
    await vi.waitFor(() => expect(heard.get(String(open['state_topic']))).toBe(open['payload_off']));
    await vi.waitFor(() =>
      expect(available.map(({ topic }) => heard.get(topic))).toEqual(['online', 'online']),
    );
    await publish(client, open['command_topic'], open['payload_on']);
    await vi.waitFor(() => expect(heard.get(String(open['state_topic']))).toBe(open['payload_on']));
  },
);

test.skipIf(parts.missing)(
  `a removed Thing goes; a Home Assistant that starts is told all again${parts.note}`,
  async () => {
    const broker = await startMosquitto(parts.command('mosquitto'));
    onTestFinished(() => broker.stop());
    const { servient } = await started({ broker: broker.url });
    await servient.expose(lamp);
    const { client, heard, device, devices } = await homeAssistant(broker.url, 'homeassistant/device/#');
    await vi.waitFor(() => expect(device('Lamp')).toBeDefined());
    const before = new Map(heard);
    heard.clear();
    await publish(client, 'homeassistant/status', 'online');
    await vi.waitFor(() => expect(heard).toEqual(before));
    await servient.unexpose('lamp');
    await vi.waitFor(() =>
      expect(devices().map(({ dev }) => dev.name)).toEqual([expect.stringMatching(/^Thingwright /)]),
    );
    const late = await homeAssistant(broker.url, 'homeassistant/device/#');
    await vi.waitFor(() => expect(late.devices()).toHaveLength(1));
  },
);

test('at the embedded broker nobody else speaks for a device', async () => {
  const { servient, url } = await started({ broker: 'embedded', port: 0, prefix: 'site' });
  await servient.expose(lamp);
  const { client, heard, device } = await homeAssistant(
    url,
    'homeassistant/#',
    'site/things/lamp/properties/on',
  );
  await vi.waitFor(() => expect(device('Lamp')).toBeDefined());
  expect(discoveryFaults(device('Lamp'))).toEqual([]);
  const { 'switch-properties_2f_on': on, 'button-actions_2f_blink': blink } = device('Lamp')?.cmps ?? {};
  await publish(client, on?.['command_topic'], on?.['payload_on']);
  await vi.waitFor(() => expect(heard.get('site/things/lamp/properties/on')).toBe('true'));
  await publish(client, blink?.['command_topic'], blink?.['payload_press']);
  const [topic = ''] = [...heard.keys()].filter((each) => heard.get(each)?.includes('"Lamp"'));
  const told = heard.get(topic);
  const rival = connect(url, { protocolVersion: 4, reconnectPeriod: 0 });
  onTestFinished(() => rival.endAsync(true));
  await happens(rival, 'connect');
  // MQTT 3.1.1 lets a broker cut or drop (section 3.3.5).
  await Promise.race([happens(rival, 'close'), rival.publishAsync(topic, '{}', { retain: true, qos: 1 })]);
  const late = await homeAssistant(url, topic);
  await vi.waitFor(() => expect(late.heard.get(topic)).toBe(told));
});
