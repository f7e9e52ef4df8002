import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capabilitiesOf } from '../../src/servient/zigbee2mqtt/capabilities.ts';
import { readDeviceList } from '../../src/servient/zigbee2mqtt/device-list.ts';
import { relaxedSchema } from '../../src/servient/zigbee2mqtt/device-state.ts';
import { deviceTd } from '../../src/servient/zigbee2mqtt/device-td.ts';
import { readExposes } from '../../src/servient/zigbee2mqtt/exposes.ts';
import { checkTd } from '../../src/td/check-definition.ts';
import { compileDataCheck, faultsIn } from '../../src/td/data-check.ts';
import { validateTd } from '../../src/td/validate.ts';
import { knownDevices } from '../support/zigbee2mqtt.ts';

const entries = [...knownDevices.values()].map(({ device }) => device);
const text = JSON.stringify(entries);
/** Every member name and value of the fixture, and what none of them is. */
const names = [...new Set([...text.matchAll(/"(\w+)":/g)].map(([, name = '']) => name))];
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, '', '__proto__', 'constructor', '$x', '..', -1, 0, 1e300, [], {}, true),
  fc.constantFrom('binary', 'numeric', 'enum', 'text', 'list', 'composite', 'light', 'cover', 'hologram'),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The fixture with some members exchanged, wherever they stand. */
const mutated = fc
  .array(fc.record({ name: fc.constantFrom(...names), value: odd, every: fc.integer({ min: 1, max: 12 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((changes) => {
    let count = 0;
    return JSON.parse(text, (name, value) => {
      const change = changes.find((each) => each.name === name && ++count % each.every === 0);
      return change ? change.value : value;
    }) as unknown;
  });

describe('any bridge/devices', () => {
  it('gives valid TDs of what can be read', () => {
    fc.assert(
      fc.property(mutated, (list) => {
        for (const device of readDeviceList(list).devices) {
          const { features, parts } = readExposes(device.exposes);
          const td = deviceTd({ device, capabilities: capabilitiesOf(features), parts, relaxed: new Map() });
          checkTd(td);
          // What a servient adds.
          const served = JSON.parse(JSON.stringify(td), withForms) as object;
          const security = { securityDefinitions: { nosec_sc: { scheme: 'nosec' } }, security: 'nosec_sc' };
          expect(validateTd({ ...served, ...security })).toMatchObject({ verdict: 'valid', findings: [] });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of which every value can be told: a schema that does not allow it gives way', () => {
    fc.assert(
      fc.property(mutated, odd, (list, told) => {
        for (const device of readDeviceList(list).devices) {
          for (const { value } of readExposes(device.exposes).features) {
            const seen = value.fromDevice(told);
            value.toDevice(seen);
            const fits = compileDataCheck(relaxedSchema(value.schema, seen), 'read');
            expect(faultsIn(fits, seen)).toEqual([]);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

function withForms(name: string, value: unknown): unknown {
  if (!['properties', 'actions', 'events'].includes(name)) return value;
  const forms = [{ href: 'http://127.0.0.1/' }];
  return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, { ...each, forms }]));
}
