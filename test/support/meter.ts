import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { defineThing } from '../../src/td/define-thing.ts';

/** A Thing of ours with one affordance of each sort, for tests with foreign clients and servers. */
export function meter(): ThingDefinition {
  return defineThing(
    {
      title: 'Meter',
      properties: {
        level: { type: 'integer', minimum: 0, maximum: 100, observable: true },
        settings: { type: 'object', properties: { unit: { type: 'string' } } },
        broken: { type: 'string', readOnly: true },
      },
      actions: {
        add: {
          input: { type: 'integer' },
          output: { type: 'integer' },
          uriVariables: { times: { type: 'integer', minimum: 1 } },
        },
        tell: { input: { type: 'string' } },
      },
      events: { told: { data: { type: 'string' } } },
    },
    (thing) => ({
      properties: {
        level: { initial: 20 },
        settings: { initial: { unit: 'L' } },
        broken: {
          read() {
            throw new WotError('unavailable', 'SENSOR_SILENT', 'The sensor is not connected.');
          },
        },
      },
      actions: {
        add: (input, { uriVariables }) => {
          const sum = thing.get('level') + input * (uriVariables.times ?? 1);
          thing.set('level', sum);
          return sum;
        },
        tell: (input) => thing.emit('told', input),
      },
    }),
  );
}
