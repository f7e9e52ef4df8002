import { isDeepStrictEqual } from 'node:util';
import type { DataSchema } from '../../contracts/td.ts';
import { compileDataCheck, faultsIn, inWords } from '../../td/data-check.ts';
import type { Feature } from './exposes.ts';

/** A value that was told. */
export interface Taken {
  readonly value: unknown;
  /** Whether it is another one than before. */
  readonly isNew: boolean;
  /** Whether its schema had to give way. */
  readonly isMisfit: boolean;
}

/** What a device told last, and the schemas that gave way to it: a definition may be wrong, what the device tells is so. */
export class DeviceState {
  /** In place of what the definition says, by property. */
  readonly relaxed = new Map<string, DataSchema>();
  /** By property. */
  readonly known = new Map<string, unknown>();
  readonly #warn: (message: string) => void;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Keeps a value of a property. */
  take(feature: Feature, told: unknown): Taken {
    const { property } = feature;
    const before = this.known.get(property);
    const taken = this.check(feature, told);
    this.known.set(property, taken.value);
    return { ...taken, isNew: !isDeepStrictEqual(taken.value, before) };
  }

  /** A value that is not kept. */
  check({ property, value: type }: Feature, told: unknown): Taken {
    const value = type.fromDevice(told);
    const schema = this.relaxed.get(property) ?? type.schema;
    const faults = faultsIn(compileDataCheck(schema, 'read'), value);
    const isMisfit = faults.length > 0;
    if (isMisfit) {
      this.relaxed.set(property, relaxedSchema(schema, value));
      this.#warn(`"${property}" as its definition does not allow (${inWords(faults)})`);
    }
    return { value, isNew: true, isMisfit };
  }
}

const steps: readonly (readonly string[])[] = [
  ['multipleOf'],
  ['minimum', 'maximum', 'enum', 'oneOf', 'minItems', 'maxItems', 'items', 'properties'],
  ['type'],
];

/** As much of a schema as a value fits. */
export function relaxedSchema(schema: DataSchema, value: unknown): DataSchema {
  let relaxed = schema;
  for (const words of steps) {
    relaxed = Object.fromEntries(Object.entries(relaxed).filter(([word]) => !words.includes(word)));
    if (faultsIn(compileDataCheck(relaxed, 'read'), value).length === 0) break;
  }
  return relaxed;
}
