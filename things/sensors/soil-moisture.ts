import { defineThing } from 'thingwright';
import type { Identity, Source } from '../port.ts';
import { soilMoistureTd } from './soil-moisture.td.ts';

/** A sensor of soil moisture in percent by volume. */
export function soilMoisture({ name, title, source }: Identity & { readonly source: Source<number> }) {
  return defineThing(
    { ...soilMoistureTd, title },
    (thing) => ({
      properties: { soilMoisture: { read: () => source.read() } },
      close: source.watch((value) => thing.notify('soilMoisture', value)),
    }),
    { name, notify: { soilMoisture: { minInterval: 500, deadband: 0.2 } } },
  );
}
