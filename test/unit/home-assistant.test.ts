import { describe, expect, test } from 'vitest';
import {
  type DiscoveryMessage,
  thingDiscovery,
} from '../../src/bindings/mqtt/home-assistant/discovery-message.ts';
import { OfferedComponents } from '../../src/bindings/mqtt/home-assistant/offered-components.ts';
import { TopicSpace } from '../../src/bindings/mqtt/messages/topic-space.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import type { HostedThing } from '../../src/contracts/interaction.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import type { PartialTd, PropertyAffordance } from '../../src/contracts/td.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { failureOf } from '../support/failure-of.ts';
import { discoveryFaults } from '../support/home-assistant.ts';

const publishing = {
  topics: new TopicSpace('site'),
  clientId: 'house',
  version: '1.2.3',
  base: 'http://host',
};

function discovery(td: Partial<PartialTd>, may = (_right: string) => true) {
  const affordances = { title: 'Lamp', ...td };
  const thing = { name: 'a lamp', id: 'urn:lamp', affordances } as unknown as HostedThing;
  const { message, left } = thingDiscovery(thing, publishing, may);
  return { message: message as DiscoveryMessage & { readonly availability: unknown }, left };
}

/** What becomes of one affordance: the entities without what all have, or why there is none. */
function entities(td: Partial<PartialTd>, may?: (right: string) => boolean): unknown {
  const { message, left } = discovery(td, may);
  expect(discoveryFaults(message)).toEqual([]);
  const found = Object.values(message.cmps).map(({ unique_id: _, name: _name, ...entity }) => entity);
  const [why] = Object.values(left);
  return found.length > 0 ? (found.length === 1 ? found[0] : found) : why;
}

const property = (schema: PropertyAffordance) =>
  entities({ properties: { x: { observable: true, ...schema } } });
const shown = (schema: PropertyAffordance) => property({ readOnly: true, ...schema });
const state = { state_topic: 'site/things/a%20lamp/properties/x' };
const set = { command_topic: 'site/things/a%20lamp/properties/x/set' };
const invoke = { command_topic: 'site/things/a%20lamp/actions/x/invoke' };
const told = { state_topic: 'site/things/a%20lamp/events/x' };

test('a Thing is a device that comes by its servient and is available with it', () => {
  const { message } = discovery({
    title: 'Lamp {{ 1 }}',
    version: { instance: '4.5' },
    links: [{ rel: 'type', href: 'urn:thingwright:model:lamp' }],
    'schema:manufacturer': { 'schema:name': 'Bright' },
    'schema:serialNumber': 'S1',
    'schema:location': 'Hall',
    properties: { on: { type: 'boolean', observable: true, title: 'On' } },
  });
  expect(discoveryFaults(message)).toEqual([]);
  expect(message).toEqual({
    dev: {
      identifiers: ['urn:lamp'],
      name: 'Lamp {{ 1 }}',
      manufacturer: 'Bright',
      model: 'lamp',
      serial_number: 'S1',
      sw_version: '4.5',
      suggested_area: 'Hall',
      configuration_url: 'http://host/things/a%20lamp',
      via_device: 'house',
    },
    o: { name: 'thingwright', sw: '1.2.3', url: 'http://host' },
    cmps: {
      'switch-properties_2f_on': {
        ...{ p: 'switch', unique_id: 'urn:lamp/properties/on', name: 'On' },
        ...{ payload_on: 'true', payload_off: 'false' },
        state_topic: 'site/things/a%20lamp/properties/on',
        command_topic: 'site/things/a%20lamp/properties/on/set',
      },
    },
    availability: [{ topic: 'site/servients/house/status' }, { topic: 'site/things/a%20lamp/status' }],
    availability_mode: 'all',
    qos: 1,
  });
});

describe('values that can only be read', () => {
  const quantity = (schema: PropertyAffordance, name = 'x') => {
    const td = {
      properties: { [name]: { type: 'number', readOnly: true, observable: true, ...schema } },
    } as const;
    const {
      device_class: kind,
      unit_of_measurement: unit,
      state_class: of,
    } = entities(td) as Record<string, unknown>;
    return [kind, unit, of];
  };
  test('a unit tells the device class, in whatever vocabulary it stands', () => {
    for (const unit of ['unit:DEG_C', 'http://qudt.org/vocab/unit/DEG_C', 'om:degreeCelsius', 'Cel', '°C']) {
      expect(quantity({ unit })).toEqual(['temperature', '°C', 'measurement']);
    }
    expect(quantity({ unit: 'unit:LUX' })).toEqual(['illuminance', 'lx', 'measurement']);
    expect(quantity({ unit: 'unit:L-PER-MIN' })).toEqual(['volume_flow_rate', 'L/min', 'measurement']);
    expect(quantity({ unit: 'unit:V-A' })).toEqual(['apparent_power', 'VA', 'measurement']);
    expect(quantity({ unit: 'sparks' })).toEqual([undefined, 'sparks', 'measurement']);
    expect(quantity({})).toEqual([undefined, undefined, 'measurement']);
  });
  test('words tell where the unit does not', () => {
    expect(quantity({ unit: '%', '@type': 'saref:Humidity' })).toEqual(['humidity', '%', 'measurement']);
    expect(quantity({ unit: '%', '@type': 'saref:Humidity' }, 'soilMoisture')[0]).toBe('moisture');
    expect(quantity({ unit: 'unit:PERCENT' }, 'batteryLevel')[0]).toBe('battery');
    expect(quantity({ unit: '%' }, 'position')[0]).toBeUndefined();
    expect(quantity({ unit: 'unit:PPM' }, 'co2')[0]).toBe('carbon_dioxide');
    expect(quantity({ unit: 'unit:M-PER-SEC', title: 'Wind speed' })[0]).toBe('wind_speed');
    expect(quantity({ unit: 'unit:PH' })).toEqual(['ph', undefined, 'measurement']);
    expect(quantity({}, 'pH')).toEqual(['ph', undefined, 'measurement']);
  });
  test('what only rises is a counter, what has a maximum is in store', () => {
    expect(quantity({ unit: 'unit:KiloW-HR', minimum: 0 })).toEqual(['energy', 'kWh', 'total_increasing']);
    expect(quantity({ unit: 'kWh' })).toEqual(['energy', 'kWh', 'total']);
    expect(quantity({ unit: 'unit:L', minimum: 0, title: 'Water delivered' })[0]).toBe('water');
    expect(quantity({ unit: 'unit:L', minimum: 0, maximum: 200 })).toEqual([
      'volume_storage',
      'L',
      'measurement',
    ]);
  });
  test.each<readonly [PropertyAffordance, unknown]>([
    [{ type: 'integer' }, { p: 'sensor', state_class: 'measurement', suggested_display_precision: 0 }],
    [
      { type: 'number', multipleOf: 0.05 },
      { p: 'sensor', state_class: 'measurement', suggested_display_precision: 2 },
    ],
    [{ type: 'boolean' }, { p: 'binary_sensor', payload_on: 'true', payload_off: 'false' }],
    [
      { type: 'boolean', title: 'Motion' },
      { p: 'binary_sensor', payload_on: 'true', payload_off: 'false', device_class: 'motion' },
    ],
    [
      { type: 'string', enum: ['a', 'b'] },
      { p: 'sensor', device_class: 'enum', options: ['a', 'b'], value_template: '{{ value_json }}' },
    ],
    [
      { type: 'string', format: 'date-time' },
      { p: 'sensor', device_class: 'timestamp', value_template: '{{ value_json }}' },
    ],
    [{ type: 'string' }, { p: 'sensor', value_template: '{{ (value_json | string)[:255] }}' }],
  ])('%j', (schema, entity) => expect(shown(schema)).toEqual({ ...(entity as object), ...state }));
  test('of an object each scalar member is shown; in a template its name says no more than that', () => {
    const members = {
      a: { type: 'number' },
      '"}} {{ x': { type: 'boolean' },
      deep: { type: 'object' },
    } as const;
    expect(shown({ type: 'object', properties: members })).toEqual([
      { p: 'sensor', state_class: 'measurement', value_template: '{{ value_json.get("a") }}', ...state },
      {
        ...{ p: 'binary_sensor', payload_on: 'true', payload_off: 'false', ...state },
        value_template: '{{ value_json.get("\\"\\u007d\\u007d \\u007b\\u007b x") | tojson }}',
      },
    ]);
  });
  test.each<readonly [PropertyAffordance, string]>([
    [{ type: 'array' }, 'Home Assistant has no entity for array'],
    [{ type: 'string', observable: false }, 'it is not observable, so that no value of it is retained'],
    [{ type: 'string', forms: [{ contentType: 'image/png' }] }, 'its values are image/png'],
    [{ type: 'string', uriVariables: { a: {} } }, 'its uriVariables need values with each request'],
  ])('%j is left out, and why', (schema, why) => expect(shown(schema)).toBe(why));
});

describe('values that can be written', () => {
  test.each<readonly [PropertyAffordance, unknown]>([
    [
      { type: 'number', minimum: 0, maximum: 1 },
      { p: 'number', min: 0, max: 1, step: 0.01, ...state },
    ],
    [
      { type: 'integer', minimum: 5, maximum: 30, multipleOf: 10, unit: 'unit:SEC' },
      {
        p: 'number',
        device_class: 'duration',
        unit_of_measurement: 's',
        min: 10,
        max: 30,
        step: 10,
        ...state,
      },
    ],
    [
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { p: 'number', min: 1, max: 8, step: 1, ...state },
    ],
    [
      { type: 'number' },
      { p: 'number', min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, step: 1, ...state },
    ],
    [
      { type: 'number', multipleOf: 0.0004, minimum: 0, maximum: 1 },
      { p: 'number', min: 0, max: 1, step: 0.0012, ...state },
    ],
    [
      { type: 'integer', enum: [1, 2, 2] },
      { p: 'select', options: ['1', '2'], ...state },
    ],
    [
      { oneOf: [{ const: 'a' }, { const: 'b' }] },
      {
        ...{ p: 'select', options: ['a', 'b'], ...state },
        ...{ value_template: '{{ value_json }}', command_template: '{{ value | tojson }}' },
      },
    ],
    [
      { type: 'string', writeOnly: true, minLength: 8 },
      {
        ...{ p: 'text', min: 8, max: 255, mode: 'password' },
        ...{ value_template: '{{ (value_json | string)[:255] }}', command_template: '{{ value | tojson }}' },
      },
    ],
  ])('%j', (schema, entity) => expect(property(schema)).toEqual({ ...(entity as object), ...set }));
  test('what is not observable is set without being shown', () => {
    expect(property({ type: 'boolean', observable: false })).toEqual({
      ...{ p: 'switch', payload_on: 'true', payload_off: 'false' },
      ...set,
    });
  });
  test('who may only read is shown it', () => {
    const td = { properties: { x: { type: 'boolean', observable: true } } } as const;
    expect(entities(td, (right) => right === 'read')).toMatchObject({ p: 'binary_sensor' });
    expect(entities(td, () => false)).toBe('it is not observable, so that no value of it is retained');
  });
});

describe('actions', () => {
  const action = (input: PropertyAffordance) => entities({ actions: { x: { input } } });
  test('without input, or where all of it is known, are buttons', () => {
    expect(entities({ actions: { x: {} } })).toEqual({ p: 'button', payload_press: '', ...invoke });
    const members = { to: { const: 'home' }, fast: { type: 'boolean', default: false }, by: {} } as const;
    expect(action({ type: 'object', properties: members, required: ['to', 'fast'] })).toEqual({
      ...{ p: 'button', payload_press: '{"to":"home","fast":false}' },
      ...invoke,
    });
  });
  test('with one value to be said are controls; a slider would begin them by the way', () => {
    expect(action({ type: 'integer', minimum: 1, maximum: 9 })).toEqual({
      ...{ p: 'number', min: 1, max: 9, step: 1, mode: 'box', command_template: '{{ value }}' },
      ...invoke,
    });
    const members = { '{{ a }}': { type: 'string' }, by: { default: '{% b %}' } } as const;
    expect(action({ type: 'object', properties: members, required: ['{{ a }}', 'by'] })).toMatchObject({
      p: 'text',
      command_template:
        '{"by":"\\u007b\\u0025 b \\u0025\\u007d","\\u007b\\u007b a \\u007d\\u007d":{{ value | tojson }}}',
    });
  });
  test('with more than that are left out', () => {
    const members = { a: { type: 'string' }, b: { type: 'string' } } as const;
    const why = 'Home Assistant has no entity for such an object';
    expect(action({ type: 'object', properties: members, required: ['a', 'b'] })).toBe(why);
  });
});

test('an event tells its type and its data', () => {
  const event = (data?: PropertyAffordance) => {
    const { value_template: template, ...entity } = entities({
      events: { x: { ...(data && { data }) } },
    }) as Record<string, unknown>;
    expect(entity).toEqual({ p: 'event', event_types: ['x'], ...told });
    return template;
  };
  expect(event()).toBe('{"event_type":"x"}');
  expect(event({ type: 'number' })).toBe('{"event_type":"x","data":{{ value_json | tojson }}}');
  expect(event({ type: 'object' })).toBe('{{ dict(value_json, event_type="x") | tojson }}');
});

test('different names never meet', () => {
  const names = ['a b', 'a_b', 'a-b', 'a_20_b', 'a%20b', 'a/b', 'ä', '{{ 1 }}'];
  const { message } = discovery({ events: Object.fromEntries(names.map((name) => [name, {}])) });
  expect(discoveryFaults(message)).toEqual([]);
  expect(Object.keys(message.cmps)).toHaveLength(names.length);
  for (const key of Object.keys(message.cmps)) expect(key).toMatch(/^[a-zA-Z0-9_-]+$/);
});

test('what a Thing no longer has is taken from Home Assistant, also after a restart', () => {
  const { records } = memoryStorage();
  const { message: before } = discovery({ events: { a: {}, b: {} } });
  const { message: after } = discovery({ events: { b: {} } });
  expect(new OfferedComponents(records, silentLogger).complete('urn:lamp', before)).toEqual(before);
  const told = new OfferedComponents(records, silentLogger).complete('urn:lamp', after);
  expect(discoveryFaults(told)).toEqual([]);
  expect(told.cmps).toEqual({ 'event-events_2f_a': { p: 'event' }, ...after.cmps });
});

test('options that cannot work are refused', async () => {
  const cbor = () => mqtt({ broker: 'embedded', homeAssistant: true, contentType: 'application/cbor' });
  expect(await failureOf(cbor)).toMatch(/^invalid HOME_ASSISTANT_NEEDS_JSON: .*leave out one of them/);
  const wild = () => mqtt({ broker: 'embedded', homeAssistant: { prefix: 'home/+' } });
  expect(await failureOf(wild)).toMatch(
    /^invalid TOPIC_PREFIX_INVALID: .*"home\/\+".*usually "homeassistant"/,
  );
});

test('the check of messages finds what Home Assistant would refuse', () => {
  // The example of https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload in unabbreviated options.
  const sensor = {
    p: 'sensor',
    device_class: 'temperature',
    unit_of_measurement: '°C',
    state_class: 'measurement',
  };
  const example = (component: object) => ({
    dev: { identifiers: ['ea334450945afc'], name: 'Kitchen' },
    o: { name: 'bla2mqtt', sw: '2.1', url: 'https://bla2mqtt.example.com/support' },
    cmps: { id1: { ...sensor, unique_id: 'temp01ae_t', state_topic: 'sensorBedroom/state', ...component } },
    qos: 2,
  });
  expect(discoveryFaults(example({}))).toEqual([]);
  const wrong: readonly object[] = [
    { unit_of_measurement: '%' },
    { state_class: 'total' },
    { options: ['a'] },
    { state_topic: 'a/+' },
    { payload_on: 'x' },
    { unique_id: undefined },
    { p: 'sensors' },
  ];
  for (const each of wrong) expect(discoveryFaults(example(each)), JSON.stringify(each)).not.toEqual([]);
});
