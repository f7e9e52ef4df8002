import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/contracts/clock.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { Answers } from '../../src/servient/zigbee2mqtt/answers.ts';
import { readOnline } from '../../src/servient/zigbee2mqtt/bridge-link.ts';
import { capabilitiesOf } from '../../src/servient/zigbee2mqtt/capabilities.ts';
import { deviceFailure } from '../../src/servient/zigbee2mqtt/device-failure.ts';
import { readDeviceList } from '../../src/servient/zigbee2mqtt/device-list.ts';
import { relaxedSchema } from '../../src/servient/zigbee2mqtt/device-state.ts';
import { deviceTd } from '../../src/servient/zigbee2mqtt/device-td.ts';
import { readExposes } from '../../src/servient/zigbee2mqtt/exposes.ts';
import { valueType } from '../../src/servient/zigbee2mqtt/value-type.ts';
import { failureOf } from '../support/failure-of.ts';
import { knownDevices, otherEntries } from '../support/zigbee2mqtt.ts';

function tdOf(name: string): PartialTd {
  const [device] = readDeviceList([knownDevices.get(name)?.device]).devices;
  if (!device) throw new Error(`${name} is not read`);
  const { features, parts } = readExposes(device.exposes);
  return deviceTd({ device, capabilities: capabilitiesOf(features), parts, relaxed: new Map() });
}

describe('bridge/devices', () => {
  test('gives the devices that can be Things', () => {
    const list = [...otherEntries, ...[...knownDevices.values()].map(({ device }) => device)];
    const { devices, faults } = readDeviceList(list);
    expect(devices.map(({ name }) => name)).toEqual([...knownDevices.keys()]);
    expect(faults).toEqual([]);
  });

  test('says what cannot be used, and reads the rest', () => {
    const plug = knownDevices.get('plug')?.device;
    const { devices, faults } = readDeviceList([
      7,
      { ...plug, ieee_address: '0x12' },
      { ...plug, friendly_name: 'a/+/b' },
      { ...plug, friendly_name: '\ud800' },
      plug,
    ]);
    expect(devices.map(({ name }) => name)).toEqual(['plug']);
    expect(faults).toEqual([
      'an entry is no object',
      'the device "plug" has no IEEE address',
      'the friendly name "a/+/b" of 00158d0002a71b33 is no topic',
      'the friendly name "\\ud800" of 00158d0002a71b33 is no topic',
    ]);
    expect(readDeviceList('x').faults).toEqual(['it is no array']);
    const many = Array.from({ length: 1001 }, (_, at) => ({
      ...plug,
      ieee_address: `0x${at.toString(16).padStart(16, '0')}`,
    }));
    expect(readDeviceList(many)).toMatchObject({ faults: ['there are more than 1000 devices'] });
  });
});

describe('a TD', () => {
  test('of a sensor', () => {
    const td = tdOf('greenhouse/air');
    expect(td).toMatchObject({
      '@type': ['sosa:Sensor', 'saref:TemperatureSensor'],
      id: 'urn:dev:mac:00158d00018255df',
      title: 'greenhouse/air',
      description: 'MiJia temperature & humidity sensor',
      'schema:manufacturer': 'Xiaomi',
      'schema:model': 'WSDCGQ01LM',
    });
    expect(td.properties?.['temperature']).toEqual({
      '@type': ['sosa:ObservableProperty', 'saref:Temperature'],
      title: 'Temperature',
      description: 'Measured temperature value',
      type: 'number',
      unit: 'unit:DEG_C',
      readOnly: true,
      observable: true,
    });
    expect(td.properties?.['linkquality']).toMatchObject({ unit: 'lqi', minimum: 0, maximum: 255 });
  });

  test('of a light: two ways to say a colour are one property, presets beyond the range are told', () => {
    const { properties, actions } = tdOf('Küche Licht');
    expect(properties?.['color']).toMatchObject({
      title: 'Color',
      type: 'object',
      properties: {
        x: { type: 'number' },
        y: { type: 'number' },
        hue: { type: 'number' },
        saturation: { type: 'number' },
      },
    });
    expect(properties?.['color_temp']).toMatchObject({ type: 'number', minimum: 153, maximum: 500 });
    expect(properties?.['color_temp_startup']).toMatchObject({
      type: 'number',
      oneOf: [
        { type: 'number', minimum: 153, maximum: 500 },
        { const: 65535, title: 'Previous', description: 'Restore previous color_temp on cold power on' },
      ],
    });
    expect(properties?.['level_config']?.properties?.['on_level']?.oneOf?.[1]).toMatchObject({
      const: 'previous',
    });
    expect(actions).toMatchObject({
      toggle: { title: 'State: toggle' },
      effect: { input: { type: 'string', enum: expect.arrayContaining(['blink', 'okay']) } },
      identify: { description: 'Initiate device identification' },
    });
    expect(actions?.['identify']?.input).toBeUndefined();
  });

  test('of a radiator valve', () => {
    const { properties, '@type': types } = tdOf('bathroom valve');
    expect(types).toEqual(['sosa:Sensor', 'sosa:Actuator', 'saref:Actuator', 'saref:HVAC']);
    expect(properties?.['current_heating_setpoint']).toMatchObject({
      minimum: 5,
      maximum: 35,
      multipleOf: 0.5,
    });
    expect(properties?.['child_lock']).toMatchObject({
      type: 'boolean',
      description: 'Enables/disables physical input on the device (true is "LOCK", false is "UNLOCK")',
    });
    expect(properties?.['workdays_schedule']).toMatchObject({
      type: 'array',
      minItems: 1,
      maxItems: 6,
      items: { type: 'object', properties: { hour: { type: 'number' } } },
    });
  });

  test('of a cover: its state is read, and moved by actions', () => {
    const { properties, actions } = tdOf('blind');
    expect(properties?.['state']).toMatchObject({ enum: ['OPEN', 'CLOSE', 'STOP'], readOnly: true });
    expect(properties?.['position']?.readOnly).toBeUndefined();
    expect(Object.keys(actions ?? {})).toEqual(['open', 'close', 'stop']);
  });

  test('of a remote: its actions are an event', () => {
    const { properties, events } = tdOf('remote');
    expect(Object.keys(properties ?? {})).toEqual(['battery', 'linkquality']);
    expect(events?.['action']).toMatchObject({
      data: { type: 'string', enum: expect.arrayContaining(['on', 'off']) },
    });
  });

  test('of a part within another device, whose generic label would say nothing', () => {
    const lock = { type: 'binary', name: 'state', label: 'State', property: 'child_lock', access: 7 };
    const { features } = readExposes([{ type: 'lock', label: 'Child lock', features: [lock] }]);
    expect(features[0]?.words.title).toBe('Child lock');
  });

  test('of two switches in one: endpoints tell them apart', () => {
    const { properties, actions } = tdOf('hall/lights');
    expect(properties?.['state_left']).toMatchObject({ title: 'State (left)', type: 'boolean' });
    expect(Object.keys(actions ?? {})).toEqual(['toggle_left', 'toggle_right']);
  });

  test('of what can only be set: an action with its structure as input', () => {
    const { properties, actions } = tdOf('presence');
    expect(properties?.['region_upsert']).toBeUndefined();
    expect(actions?.['region_upsert']?.input).toMatchObject({
      type: 'object',
      properties: {
        zones: { type: 'array', items: { properties: { x: { minimum: 1, maximum: 4 } } } },
      },
    });
  });
});

describe('a value', () => {
  test.each([
    ['ON', true],
    ['OFF', false],
    ['maybe', 'maybe'],
  ])('%j of a binary expose is %j', (told, value) => {
    const type = valueType({ type: 'binary', value_on: 'ON', value_off: 'OFF' });
    expect([type.fromDevice(told), type.toDevice(value)]).toEqual([value, told]);
  });

  test('that is boolean there means what it says, whatever "on" is', () => {
    const contact = valueType({ type: 'binary', value_on: false, value_off: true });
    expect([contact.fromDevice(true), contact.toDevice(true)]).toEqual([true, true]);
  });

  test('may be on by 1, and within lists and composites', () => {
    const item = { type: 'binary', property: 'on', value_on: 1, value_off: 0 };
    const type = valueType({ type: 'list', item_type: { type: 'composite', features: [item] } });
    expect(type.fromDevice([{ on: 1, extra: 'x' }, { on: null }])).toEqual([{ on: true, extra: 'x' }, {}]);
    expect(type.toDevice([{ on: false }])).toEqual([{ on: 0 }]);
  });

  test('of an expose that is not known may be anything', () => {
    expect(valueType({ type: 'hologram' }).schema).toEqual({});
  });

  test.each([
    [
      { multipleOf: 0.5, minimum: 5, maximum: 30, type: 'number' },
      21.3,
      { minimum: 5, maximum: 30, type: 'number' },
    ],
    [{ multipleOf: 0.5, maximum: 30, type: 'number', unit: 'u' }, 31, { type: 'number', unit: 'u' }],
    [{ enum: ['a'], type: 'string', title: 'T' }, 'b', { type: 'string', title: 'T' }],
    [{ type: 'boolean' }, 'maybe', {}],
  ] as const)('that a definition does not allow relaxes it: %j by %j', (schema, value, relaxed) => {
    expect(relaxedSchema(schema, value)).toEqual(relaxed);
  });
});

test('availability is read as JSON and as before it was', async () => {
  const read = (text: string) => readOnline(Buffer.from(text));
  expect([read('{"state":"offline"}'), read('offline'), read('online')]).toEqual([false, false, true]);
  expect(await failureOf(() => read('"maybe"'))).toContain('STATE_INVALID');
});

test('a state that was retained answers who asked for it, not who set it', async () => {
  const answers = new Answers();
  const told: string[] = [];
  const ask = async (verb: 'get' | 'set') => {
    const asked = {
      verb,
      property: 'state',
      send: async () => {},
      isAnswer: (value: unknown) => value === 1,
    };
    await answers.ask(asked, { clock: systemClock, timeout: 0, href: 'lamp' });
    told.push(verb);
  };
  const asking = [ask('get'), ask('set')];
  answers.told('state', 1, true);
  await asking[0];
  answers.told('state', 2, false);
  answers.told('other', 1, false);
  expect(told).toEqual(['get']);
  answers.told('state', 1, false);
  await asking[1];
  expect(told).toEqual(['get', 'set']);
});

test('of the log, failures of devices are read', () => {
  const line = (message: string, level = 'error') => deviceFailure({ level, message });
  expect(line("z2m: Publish 'set' 'state' to 'it's here' failed: 'Error: no response'")).toEqual({
    verb: 'set',
    key: 'state',
    device: "it's here",
    reason: 'Error: no response',
  });
  expect([line('Zigbee: allowing new devices to join.', 'info'), deviceFailure('x')]).toEqual([
    undefined,
    undefined,
  ]);
});
