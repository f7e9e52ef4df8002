import { describe, expect, it } from 'vitest';
import type { ThingDescription } from '../../src/contracts/td.ts';
import { formsFor } from '../../src/td/forms.ts';

const td: ThingDescription = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  title: 'Lamp',
  base: 'http://lamp.example/things/lamp/',
  security: 'nosec_sc',
  securityDefinitions: { nosec_sc: { scheme: 'nosec' } },
  properties: {
    on: {
      forms: [
        { href: 'properties/on' },
        { href: 'coap://lamp/on', op: 'readproperty', contentType: 'application/cbor' },
        { href: '/on{?unit}', op: ['observeproperty'] },
      ],
    },
    level: { readOnly: true, forms: [{ href: 'level' }] },
    secret: { writeOnly: true, forms: [{ href: 'secret' }] },
  },
  actions: { fade: { forms: [{ href: 'actions/fade' }] } },
  events: { hot: { forms: [{ href: 'events/hot' }] } },
  forms: [{ href: 'properties{?names}', op: 'readmultipleproperties' }, { href: 'all' }],
};

describe('formsFor', () => {
  it('applies defaults and resolves against base, in TD order', () => {
    expect(formsFor(td, 'readproperty', 'properties', 'on')).toEqual([
      { href: 'http://lamp.example/things/lamp/properties/on', contentType: 'application/json' },
      { href: 'coap://lamp/on', op: 'readproperty', contentType: 'application/cbor' },
    ]);
  });

  it('does not take one op for another whose name holds it', () => {
    const [form, ...more] = formsFor(td, 'observeproperty', 'properties', 'on');
    expect(more).toEqual([]);
    expect(form?.href).toBe('http://lamp.example/on{?unit}');
    expect(formsFor(td, 'unobserveproperty', 'properties', 'on')).toEqual([]);
  });

  it.each([
    ['readproperty', 'properties', 'level', 1],
    ['writeproperty', 'properties', 'level', 0],
    ['readproperty', 'properties', 'secret', 0],
    ['writeproperty', 'properties', 'secret', 1],
    ['invokeaction', 'actions', 'fade', 1],
    ['queryaction', 'actions', 'fade', 0],
    ['subscribeevent', 'events', 'hot', 1],
    ['unsubscribeevent', 'events', 'hot', 1],
    ['readproperty', 'properties', 'constructor', 0],
    ['readproperty', 'properties', '__proto__', 0],
  ] as const)('%s of %s %s has %i forms by default', (op, kind, name, count) => {
    expect(formsFor(td, op, kind, name)).toHaveLength(count);
  });

  it('keeps templates of Thing-level forms, which have no default op', () => {
    expect(formsFor(td, 'readmultipleproperties').map((form) => form.href)).toEqual([
      'http://lamp.example/things/lamp/properties{?names}',
    ]);
    expect(formsFor(td, 'readallproperties')).toEqual([]);
  });

  it('resolves a base with a template, and leaves what cannot be resolved', () => {
    const named = { ...td, base: 'http://{host}/{thing}/' };
    expect(formsFor(named, 'invokeaction', 'actions', 'fade')[0]?.href).toBe(
      'http://{host}/{thing}/actions/fade',
    );
    const broken = { ...td, base: 'http://[' };
    expect(formsFor(broken, 'invokeaction', 'actions', 'fade')[0]?.href).toBe('actions/fade');
  });
});
