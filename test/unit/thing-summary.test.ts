import type { HostedThing, PartialTd, ThingDescription } from 'thingwright';
import { describe, expect, test } from 'vitest';
import { keyProperty } from '../../src/ui/key-property.ts';
import { thingSummary } from '../../src/ui/thing-summary.ts';

const number = { type: 'number' } as const;

describe('the property that tells most', () => {
  const keys: readonly (readonly [string, PartialTd, string | undefined])[] = [
    [
      'is what the type of the Thing names',
      {
        title: 'T',
        '@type': ['sosa:Sensor', 'saref:TemperatureSensor'],
        properties: {
          battery: { ...number, '@type': 'sosa:ObservableProperty', observable: true },
          reading: { ...number, '@type': 'https://saref.etsi.org/core/Temperature' },
        },
      },
      'reading',
    ],
    [
      'is what the capability of WebThings names',
      {
        title: 'T',
        '@type': ['Light', 'OnOffSwitch'],
        properties: {
          level: { ...number, '@type': 'LevelProperty' },
          on: { type: 'boolean', '@type': 'OnOffProperty' },
        },
      },
      'on',
    ],
    [
      'is a quantity before a text, a feature before a setting',
      {
        title: 'T',
        properties: {
          note: { type: 'string', '@type': 'sosa:ObservableProperty', observable: true },
          interval: { type: 'integer', observable: true },
          flow: { ...number, '@type': ['sosa:ActuatableProperty'] },
        },
      },
      'flow',
    ],
    [
      'is what is measured before what is set',
      {
        title: 'T',
        properties: {
          limit: { ...number, observable: true },
          now: { ...number, observable: true, readOnly: true },
        },
      },
      'now',
    ],
    ['is the first of equals', { title: 'T', properties: { b: number, a: number } }, 'b'],
    ['is a text where there is no other', { title: 'T', properties: { mode: { type: 'string' } } }, 'mode'],
    [
      'can be read as it is',
      {
        title: 'T',
        properties: {
          secret: { ...number, writeOnly: true },
          at: { ...number, uriVariables: { hour: { type: 'integer' } } },
          all: { type: 'object' },
          anything: {},
        },
      },
      undefined,
    ],
    ['is none where there are none', { title: 'T' }, undefined],
  ];

  test.for(keys)('%s', ([, td, name]) => {
    expect(keyProperty(td)?.name).toBe(name);
  });

  test('has its schema without forms', () => {
    const level = { type: 'integer', title: 'Level', unit: '%', observable: true } as const;
    const td: PartialTd = { title: 'T', properties: { level: { ...level, forms: [{ href: 'x' }] } } };
    expect(keyProperty(td)).toEqual({ name: 'level', title: 'Level', observable: true, schema: level });
  });
});

/** A Thing as it is hosted, with forms of these addresses. */
function hosted(
  words: Readonly<Record<string, unknown>>,
  hrefs: readonly string[] = [],
  base?: string,
): HostedThing {
  const affordances = { title: 'T', ...words } as PartialTd;
  const forms = hrefs.map((href) => ({ href }));
  const td = { ...affordances, ...(base !== undefined && { base }), actions: { a: { forms } } };
  const description = () => ({ td: td as unknown as ThingDescription });
  return { name: 't', id: 'urn:t', affordances, description } as unknown as HostedThing;
}

describe('a summary', () => {
  test('tells names, types, units and titles', () => {
    const titles = { en: 'Level', de: 'Stand' };
    const properties = {
      level: { type: 'number', unit: '%', title: 'Level', titles },
      other: { type: 'number', unit: '%' },
    };
    const links = [{ rel: 'type', href: 'urn:model' }, { href: 'manual.pdf' }];
    const words = { '@type': 'X', description: 'D', links, properties, events: { e: {} } };
    expect(thingSummary(hosted(words))).toEqual({
      ...{ name: 't', id: 'urn:t', title: 'T', description: 'D', types: ['X'], units: ['%'], protocols: [] },
      models: ['urn:model'],
      properties: [{ name: 'level', title: 'Level', titles }, { name: 'other' }],
      ...{ actions: [], events: [{ name: 'e' }] },
      key: { name: 'level', title: 'Level', titles, schema: properties.level, observable: false },
    });
  });

  test.for([
    [{ 'schema:location': 'Zone 1' }, 'Zone 1'],
    [{ 'https://schema.org/location': { '@type': 'schema:Place', 'schema:name': 'Hall' } }, 'Hall'],
    [{ 'brick:isLocatedIn': [{ '@id': 'urn:room', 'rdfs:label': 'Room 2' }] }, 'Room 2'],
    [{ location: '  ' }, undefined],
    [{ 'iot:location': { latitude: 1 } }, undefined],
    [{ 'schema:location': null, allocation: 'x' }, undefined],
    [{ 'schema:location': [[]] }, undefined],
  ] as const)('of %j stands at %s', ([words, place]) => {
    expect(thingSummary(hosted(words)).location).toBe(place);
  });

  test('tells protocols by the schemes of forms, each once', () => {
    const protocols = (...given: Parameters<typeof hosted>) => thingSummary(hosted(...given)).protocols;
    const hrefs = ['https://h/a', 'http://h/b', 'WSS://h/', 'coap://h/', 'mqtt://h', 'modbus+tcp://h/1'];
    expect(protocols({}, hrefs)).toEqual(['http', 'websocket', 'coap', 'mqtt', 'modbus+tcp']);
    expect(protocols({}, ['a', '/b:c'], 'coap://h/')).toEqual(['coap']);
    expect(protocols({}, ['a'])).toEqual([]);
  });
});
