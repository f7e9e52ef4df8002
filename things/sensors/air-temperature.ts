import { defineThing } from 'thingwright';
import type { Identity, Source } from '../port.ts';
import { airTemperatureTd } from './air-temperature.td.ts';

/** A sensor of air temperature in °C. */
export function airTemperature({ name, title, source }: Identity & { readonly source: Source<number> }) {
  return defineThing(
    { ...airTemperatureTd, title },
    (thing) => ({
      properties: { temperature: { read: () => source.read() } },
      close: source.watch((value) => thing.notify('temperature', value)),
    }),
    { name, notify: { temperature: { minInterval: 500, deadband: 0.1 } } },
  );
}
