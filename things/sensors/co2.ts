import { defineThing } from 'thingwright';
import type { Identity, Source } from '../port.ts';
import { co2Td } from './co2.td.ts';

/** A sensor of carbon dioxide in ppm. */
export function co2({ name, title, source }: Identity & { readonly source: Source<number> }) {
  return defineThing(
    { ...co2Td, title },
    (thing) => ({
      properties: { co2: { read: () => source.read() } },
      close: source.watch((value) => thing.notify('co2', value)),
    }),
    { name, notify: { co2: { minInterval: 500, deadband: 5 } } },
  );
}
