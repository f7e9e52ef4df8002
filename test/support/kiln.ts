import { defineThing, WotError } from 'thingwright';

/** A Thing with every sort of affordance that the WoT Profile speaks of. */
export const kiln = defineThing(
  {
    title: 'Kiln',
    properties: {
      temperature: { type: 'number', unit: 'unit:DEG_C', readOnly: true, observable: true },
      target: { type: 'integer', minimum: 0, maximum: 1300, unit: 'unit:DEG_C', observable: true },
      program: { type: 'object', properties: { steps: { type: 'array', items: { type: 'integer' } } } },
      pin: { type: 'string', writeOnly: true },
      probe: { type: 'number', readOnly: true, uriVariables: { fault: { type: 'string' } } },
    },
    actions: {
      estimate: { synchronous: true, input: { type: 'integer' }, output: { type: 'number' } },
      beep: { synchronous: true },
      calibrate: { description: 'Told as synchronous, the default.', output: { type: 'string' } },
      fire: { synchronous: false, input: { type: 'integer' }, output: { type: 'integer' } },
      soak: { synchronous: false, description: 'Runs until it is cancelled.' },
      crack: { synchronous: false, description: 'Fails.' },
      jam: { synchronous: true, description: 'Is refused: the door is open.' },
    },
    events: { overheated: { data: { type: 'number' } }, doorOpened: {} },
  },
  {
    properties: {
      temperature: { initial: 20 },
      target: { initial: 900 },
      program: { initial: { steps: [100, 600] } },
      pin: { initial: '0000' },
      probe: { read: (context) => probe(context.uriVariables['fault']) },
    },
    actions: {
      estimate: (degrees) => degrees / 150,
      beep: () => undefined,
      calibrate: () => 'done',
      fire: (degrees) => degrees,
      soak: (_, { signal }) =>
        new Promise((_resolve, reject) => (signal.onabort = () => reject(signal.reason))),
      crack: () =>
        Promise.reject(new WotError('conflict', 'TILE_CRACKED', 'The tile cracked; take another.')),
      jam: () => Promise.reject(new WotError('overloaded', 'DOOR_OPEN', 'The door is open; close it.')),
    },
  },
);

/** Fails in the ways in which a device can. */
function probe(fault: unknown): number {
  if (fault === 'bug') throw new TypeError('secret');
  if (fault === 'silent') throw new WotError('unavailable', 'PROBE_SILENT', 'The probe is not connected.');
  if (fault === 'missing') throw new WotError('not-implemented', 'NO_PROBE', 'This kiln has no probe.');
  if (fault === 'slow') throw new WotError('timeout', 'PROBE_SLOW', 'The probe did not answer.');
  return 1;
}
