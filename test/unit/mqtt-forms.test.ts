import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { mqttTarget } from '../../src/bindings/mqtt/client/mqtt-target.ts';
import { TopicSpace } from '../../src/bindings/mqtt/messages/topic-space.ts';
import { mqttForms } from '../../src/bindings/mqtt/server/mqtt-forms.ts';
import type { HostedThing } from '../../src/contracts/interaction.ts';
import type { Form, PartialTd } from '../../src/contracts/td.ts';
import { checkTd } from '../../src/td/check-definition.ts';
import schema from '../fixtures/mqtt-form.schema.json' with { type: 'json' };

const href = 'mqtt://127.0.0.1:1883';
const td: PartialTd = {
  title: 'T',
  properties: {
    level: { type: 'number', observable: true },
    serial: { type: 'string', readOnly: true },
    secret: { type: 'string', writeOnly: true },
    scaled: { readOnly: true, uriVariables: { unit: { type: 'string' }, digits: { type: 'integer' } } },
  },
  actions: { ping: {}, move: { synchronous: false } },
  events: { alarm: {} },
};
const payloads = { topics: new TopicSpace(), contentType: 'application/json', maxPayload: 1000 };
const forms = mqttForms({ name: 't', affordances: td } as unknown as HostedThing, href, payloads);

test('a readable and observable property: its retained value, and a request for a fresh one', () => {
  expect(forms.properties['level']).toEqual([
    {
      href,
      op: ['readproperty', 'observeproperty', 'unobserveproperty'],
      'mqv:controlPacket': 'subscribe',
      'mqv:filter': 'things/t/properties/level',
      'tw:thingTopic': 'things/t',
      'mqv:retain': true,
      'mqv:topic': 'things/t/properties/level/get',
      'tw:responseTopic': 'things/t/properties/level/reply',
    },
    {
      href,
      op: 'writeproperty',
      'mqv:controlPacket': 'publish',
      'mqv:topic': 'things/t/properties/level/set',
      'tw:responseTopic': 'things/t/properties/level/reply',
      'tw:maxPayload': 1000,
    },
  ]);
});

test('every form fits the schema of the W3C MQTT binding, and names the broker alone', () => {
  const fits = new Ajv().compile(schema);
  const all = [forms.forms, forms.properties, forms.actions, forms.events]
    .flatMap((each) => Object.values(each))
    .flat();
  expect(all).toHaveLength(17);
  for (const form of all) {
    expect([fits(form), form, fits.errors]).toEqual([true, form, null]);
    expect(form.href.replace(/\/\{.*$/, '')).toBe(href);
    const [needed, subscribes] = [form['mqv:topic'] ?? form['mqv:filter'], form['mqv:filter'] !== undefined];
    expect([typeof needed, form['tw:thingTopic']]).toEqual(['string', subscribes ? 'things/t' : undefined]);
    expect(form['mqv:controlPacket']).toBe(subscribes ? 'subscribe' : 'publish');
  }
});

test('the QoS that an affordance declares, and of a wildcard the highest', () => {
  const declared = (qos: string) => ({ forms: [{ 'mqv:qos': qos }] });
  const affordances: PartialTd = {
    title: 'T',
    properties: { a: { observable: true, ...declared('2') }, b: { observable: true } },
    actions: { ping: declared('1') },
    events: { x: declared('0'), y: { data: {}, forms: [{ 'mqv:retain': true }] } },
  };
  const made = mqttForms({ name: 't', affordances } as unknown as HostedThing, href, payloads);
  const terms = (each: readonly Form[] = []) => each.map((form) => [form['mqv:qos'], form['mqv:retain']]);
  expect(terms(made.properties['a'])).toEqual([['2', true], [undefined, undefined]]); // biome-ignore format: a table
  expect(terms(made.properties['b'])).toEqual([[undefined, true], [undefined, undefined]]); // biome-ignore format: a table
  expect(terms(made.actions['ping'])).toEqual([['1', undefined]]);
  expect(terms(made.events['x'])).toEqual([[undefined, undefined]]);
  expect(terms(made.events['y'])).toEqual([['1', true]]);
  const wildcards = made.forms.filter((form) => form['mqv:filter'] !== undefined);
  expect(terms(wildcards)).toEqual([['2', true], ['1', undefined]]); // biome-ignore format: a table
});

test('other properties have just what they allow', () => {
  const ops = (name: string) => forms.properties[name]?.map(({ op }) => op);
  expect([ops('serial'), ops('secret')]).toEqual([['readproperty'], ['writeproperty']]);
  expect(forms.properties['scaled']?.[0]?.href).toBe(`${href}/{?unit,digits}`);
});

test('only asynchronous actions can be queried and cancelled', () => {
  expect(forms.actions['ping']?.map(({ op }) => op)).toEqual(['invokeaction']);
  expect(forms.actions['move']?.map(({ op }) => op)).toEqual(['invokeaction', 'queryaction', 'cancelaction']);
});

test('the Thing as a whole', () => {
  expect(forms.forms.map(({ op, ...form }) => [op, form['mqv:topic'] ?? form['mqv:filter']])).toEqual([
    ['readallproperties', 'things/t/ops/readallproperties'],
    ['readmultipleproperties', 'things/t/ops/readmultipleproperties'],
    ['writeallproperties', 'things/t/ops/writeallproperties'],
    ['writemultipleproperties', 'things/t/ops/writemultipleproperties'],
    ['queryallactions', 'things/t/ops/queryallactions'],
    [['observeallproperties', 'unobserveallproperties'], 'things/t/properties/+'],
    [['subscribeallevents', 'unsubscribeallevents'], 'things/t/events/+'],
  ]);
});

test('a media type other than the default is told in every form', () => {
  const cbor = mqttForms({ name: 't', affordances: td } as unknown as HostedThing, href, {
    topics: new TopicSpace(),
    contentType: 'application/cbor',
    maxPayload: 1000,
  });
  const all = [cbor.forms, ...Object.values(cbor.properties), ...Object.values(cbor.actions)].flat();
  expect(new Set(all.map(({ contentType }) => contentType))).toEqual(new Set(['application/cbor']));
});

test.each([
  [{ href: 'mqtt://b:1/a/b' }, { broker: 'mqtt://b:1', topic: 'a/b', filters: ['a/b'] }],
  [{ href: 'mqtt://b/a/+/#' }, { filters: ['a/+/#'] }],
  [{ href: 'mqtt://b', 'mqv:filter': ['a', 'b/#'] }, { filters: ['a', 'b/#'] }],
  [
    { href: 'mqtt://b', 'mqv:topic': 'a' },
    { topic: 'a', filters: ['a'] },
  ],
  [
    { href: 'mqtts://u:p%40@b?x=1/2+3', 'mqv:topic': 'a' },
    { broker: 'mqtts://b', username: 'u', password: 'p@', topic: 'a/?x=1%2F2%203' },
  ],
  [{ href: 'mqtt://%80:100%@b/a' }, { username: '%80', password: '100%', topic: 'a' }],
  [
    { href: 'mqtt://b/a', 'mqv:qos': '2', 'mqv:retain': true },
    { qos: 2, retain: true },
  ],
  [
    { href: 'mqtt://b/a', contentType: 'text/plain', response: { contentType: 'application/cbor' } },
    { requestType: 'text/plain', contentType: 'application/cbor' },
  ],
])('a form is read: %j', (form, expected) => {
  expect(mqttTarget('observeproperty', form)).toMatchObject(expected);
});

test.each([
  ['writeproperty', { href: 'mqtt://b' }, 'FORM_TOPIC_INVALID'],
  ['writeproperty', { href: 'mqtt://b/a/+' }, 'FORM_TOPIC_INVALID'],
  ['subscribeevent', { href: 'mqtt://b', 'mqv:filter': 'a/#/b' }, 'FORM_TOPIC_INVALID'],
  ['readproperty', { href: 'nonsense' }, 'BROKER_ADDRESS_INVALID'],
] as const)('%s with the form %j is refused', (op, form, code) => {
  expect(() => mqttTarget(op, form)).toThrow(expect.objectContaining({ kind: 'invalid', code }));
});

test.each([
  ['events', { forms: [{ 'mqv:qos': 2 }] }, '"mqv:qos" is 2; write "0", "1" or "2"'],
  ['properties', { forms: [{ 'mqv:qos': '3' }] }, '"mqv:qos" is "3"'],
  ['events', { data: {}, forms: [{ 'mqv:retain': 'yes' }] }, '"mqv:retain" is "yes"; write true or false'],
  ['events', { forms: [{ 'mqv:retain': true }] }, 'an event without data cannot be retained'],
  ['properties', { forms: [{ 'mqv:retain': false }] }, 'values of properties are always retained'],
  ['actions', { forms: [{ 'mqv:retain': true }] }, 'would repeat the action at every start'],
] as const)('%s with %j cannot be defined', (kind, affordance, reason) => {
  expect(() => checkTd({ title: 'T', [kind]: { x: affordance } } as PartialTd)).toThrow(
    expect.objectContaining({
      kind: 'invalid',
      code: 'DELIVERY_INVALID',
      message: expect.stringContaining(reason),
    }),
  );
});

test('a form with an address declares nothing of ours', () => {
  checkTd({ title: 'T', events: { x: { forms: [{ href: 'mqtt://elsewhere', 'mqv:qos': 7 }] } } });
});
