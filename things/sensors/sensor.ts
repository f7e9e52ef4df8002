import { defineThing, type PartialTd, type ThingDefinition } from 'thingwright';
import { ownWords } from '../own-words.ts';
import type { Identity, Source } from '../port.ts';

/** Where a sensor has its readings from. */
export interface SensorOptions extends Identity {
  readonly source: Source<number>;
}

/** Makes sensors of one quantity, which tell changes of at least `deadband`. */
export function sensor<const T extends PartialTd>(
  td: T,
  property: keyof T['properties'] & string,
  deadband: number,
): (options: SensorOptions) => ThingDefinition {
  return ({ name, source, ...words }) =>
    defineThing<PartialTd>(
      { ...td, ...ownWords(words) },
      (thing) => ({
        properties: { [property]: { read: () => source.read() } },
        close: source.watch((value) => thing.notify(property, value)),
      }),
      { name, notify: { [property]: { minInterval: 250, deadband } } },
    );
}
