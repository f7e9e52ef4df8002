import { defineThing } from 'thingwright';
import type { Identity, Source } from '../port.ts';
import { relativeHumidityTd } from './relative-humidity.td.ts';

/** A sensor of relative humidity in percent. */
export function relativeHumidity({ name, title, source }: Identity & { readonly source: Source<number> }) {
  return defineThing(
    { ...relativeHumidityTd, title },
    (thing) => ({
      properties: { relativeHumidity: { read: () => source.read() } },
      close: source.watch((value) => thing.notify('relativeHumidity', value)),
    }),
    { name, notify: { relativeHumidity: { minInterval: 500, deadband: 0.5 } } },
  );
}
