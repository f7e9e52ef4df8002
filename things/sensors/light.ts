import { defineThing } from 'thingwright';
import type { Identity, Source } from '../port.ts';
import { lightTd } from './light.td.ts';

/** A sensor of photosynthetically active radiation in µmol/(m² s). */
export function light({ name, title, source }: Identity & { readonly source: Source<number> }) {
  return defineThing(
    { ...lightTd, title },
    (thing) => ({
      properties: { par: { read: () => source.read() } },
      close: source.watch((value) => thing.notify('par', value)),
    }),
    { name, notify: { par: { minInterval: 500, deadband: 5 } } },
  );
}
