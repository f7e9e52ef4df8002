import type { ThingHandle } from '../../src/contracts/definition.ts';
import type { Servient } from '../../src/servient/create-servient.ts';
import { defineThing } from '../../src/td/define-thing.ts';

const id = 'urn:uuid:5a3ebc0a-7f3c-4f2a-8d9e-6b8a1d8c2f10';

/** What the SenML names of the probe begin with. */
export const probeNames = `${id}/`;

/** Exposes a Thing with measurements of every kind, one of them in SenML alone. */
export async function exposeProbe(servient: Servient) {
  const { td, handle } = await servient.expose(
    defineThing(
      {
        id,
        title: 'Probe',
        properties: {
          temperature: {
            type: 'number',
            unit: 'om2:degreeCelsius',
            observable: true,
            title: 'Temperature',
            '@type': 'saref:Temperature',
          },
          power: { type: 'number', unit: 'kW' },
          on: { type: 'boolean' },
          mode: { type: 'string' },
          place: { type: 'object', observable: true },
          reading: {
            type: 'number',
            unit: 'Cel',
            observable: true,
            forms: [{ contentType: 'application/senml+cbor' }],
          },
        },
        events: { hot: { data: { type: 'integer' } } },
      } as const,
      {
        properties: {
          temperature: { initial: 21.5 },
          power: { initial: 1.5 },
          on: { initial: true },
          mode: { initial: 'eco' },
          place: { initial: { x: 1 } },
          reading: { initial: 3 },
        },
      },
      { name: 'probe' },
    ),
  );
  return { td: td(), handle: handle as unknown as ThingHandle };
}
