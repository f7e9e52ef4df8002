import { connect, type MqttClient } from 'mqtt';
import fixture from '../fixtures/zigbee2mqtt/devices.json' with { type: 'json' };
import { happens } from './mqtt-events.ts';

export type State = Record<string, unknown>;

/** An entry of `bridge/devices`. */
export interface Listed {
  readonly ieee_address: string;
  readonly friendly_name: string;
  readonly [member: string]: unknown;
}

/** The devices of the fixture with a state of each, by friendly name. */
export const knownDevices = new Map(
  fixture.devices.map(({ device, state }) => [
    device.friendly_name,
    { device: device as Listed, state: state as State },
  ]),
);

/** Entries that are no Things: the coordinator, an unsupported device, a disabled one. */
export const otherEntries = fixture.others as readonly Listed[];

/** Plays Zigbee2MQTT at a broker: publishes what it publishes, and answers `/set` and `/get` with a state. */
export interface Zigbee2mqttDouble {
  readonly client: MqttClient;
  /** All messages to `/set` and `/get`, as `topic payload`. */
  readonly asked: readonly string[];
  list(devices: readonly Listed[]): Promise<void>;
  /** A device tells something: its whole state goes out, with what is momentary. */
  tell(device: string, change: State, momentary?: State): Promise<void>;
  /** How a `/set` is answered; by default the state has it. */
  answer: (device: string, change: State) => State | Error | undefined;
  publish(topic: string, payload: string | Buffer, retain?: boolean): Promise<void>;
  stop(): Promise<void>;
}

const base = 'zigbee2mqtt';

/** Begins with the devices of these friendly names, all by default. */
export async function startZigbee2mqtt(
  url: string,
  names: readonly string[] = [...knownDevices.keys()],
): Promise<Zigbee2mqttDouble> {
  const will = { topic: `${base}/bridge/state`, payload: Buffer.from('{"state":"offline"}'), retain: true };
  const client = connect(url, { protocolVersion: 4, reconnectPeriod: 20, will });
  await happens(client, 'connect');
  const states = new Map<string, State>();
  const asked: string[] = [];
  const publish = (topic: string, payload: string | Buffer, retain = false) =>
    client.publishAsync(`${base}/${topic}`, payload, { retain, qos: 0 }).then(() => {});
  const double: Zigbee2mqttDouble = {
    client,
    asked,
    publish,
    list: (devices) => publish('bridge/devices', JSON.stringify([...otherEntries, ...devices]), true),
    async tell(device, change, momentary = {}) {
      const state = { ...states.get(device), ...change };
      states.set(device, state);
      await publish(device, JSON.stringify({ ...state, ...momentary }));
    },
    answer: (_device, change) => change,
    stop: () => client.endAsync(true),
  };
  client.on('message', (topic, payload) => {
    const [, device = '', verb = ''] = /^zigbee2mqtt\/(.*)\/(set|get)$/.exec(topic) ?? [];
    if (verb === '') return;
    asked.push(`${topic} ${payload}`);
    const change = JSON.parse(String(payload)) as State;
    const [key = ''] = Object.keys(change);
    const known = { ...knownDevices.get(device)?.state, ...states.get(device) };
    const answered = verb === 'get' ? { [key]: known[key] } : double.answer(device, change);
    if (answered === undefined) return;
    if (!(answered instanceof Error)) return void double.tell(device, answered);
    const message = `Publish '${verb}' '${key}' to '${device}' failed: '${answered}'`;
    void publish('bridge/logging', JSON.stringify({ level: 'error', message, namespace: 'z2m' }));
  });
  await client.subscribeAsync([`${base}/#`], { qos: 1 });
  await publish('bridge/state', '{"state":"online"}', true);
  await double.list(names.map((name) => knownDevices.get(name)?.device as Listed));
  return double;
}
