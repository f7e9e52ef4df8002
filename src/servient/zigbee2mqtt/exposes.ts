import { isUnusable } from '../../td/check-definition.ts';
import { isJsonObject, type JsonObject, textOf } from '../../td/json-object.ts';
import { type ValueType, valueType, type Words, wordsOf } from './value-type.ts';

/** A value of a device: one generic expose. */
export interface Feature {
  /** The member of the state that holds it. */
  readonly property: string;
  /** What it is, whichever endpoint it belongs to: `state` for `state_left`. */
  readonly name: string;
  readonly words: Words;
  readonly value: ValueType;
  /** The three bits of `access`. */
  readonly isPublished: boolean;
  readonly isSettable: boolean;
  readonly isGettable: boolean;
  /** What a binary one is sent to change to its other value. */
  readonly toggle?: unknown;
  /** `config` or `diagnostic`, where it is not what the device is for. */
  readonly category?: string;
  /** The specific expose that it stands in, such as `light`. */
  readonly part?: string;
}

/** What the exposes of a device say. */
export interface Exposes {
  readonly features: readonly Feature[];
  /** The specific exposes. */
  readonly parts: readonly string[];
  /** The names of those that cannot stand in a TD. */
  readonly unusable: readonly string[];
}

interface Found {
  readonly expose: JsonObject;
  readonly part?: string;
}

/** Reads `definition.exposes` (https://www.zigbee2mqtt.io/guide/usage/exposes.html). */
export function readExposes(exposes: unknown): Exposes {
  const found = new Map<string, Found>();
  const unusable: string[] = [];
  for (const next of flat(exposes)) {
    const property = textOf(next.expose['property']) || textOf(next.expose['name']);
    const earlier = found.get(property);
    if (isUnusable(property)) unusable.push(property.slice(0, 100));
    else if (earlier === undefined) found.set(property, next);
    else found.set(property, merged(property, earlier, next));
  }
  const features = [...found].map(([property, { expose, part }]) => featureOf(property, expose, part));
  return { features, parts: features.flatMap(({ part }) => part ?? []), unusable };
}

/** Specific exposes are groups of generic ones; their properties differ, whichever group they are in. */
function flat(exposes: unknown): readonly Found[] {
  return objectsIn(exposes).flatMap((expose) => {
    const { type, features } = expose;
    if (type === 'composite' || !Array.isArray(features)) return [{ expose }];
    return objectsIn(features).map((feature) => ({ expose: feature, part: textOf(type) }));
  });
}

function objectsIn(list: unknown): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** `color` stands there by x and y, and again by hue and saturation. */
function merged(property: string, earlier: Found, next: Found): Found {
  const [one, other] = [earlier.expose, next.expose];
  if (one['type'] !== 'composite' || other['type'] !== 'composite') return earlier;
  const features = [...objectsIn(one['features']), ...objectsIn(other['features'])];
  return {
    ...earlier,
    expose: { ...one, name: property, label: undefined, description: undefined, features },
  };
}

function featureOf(property: string, expose: JsonObject, part: string | undefined): Feature {
  const access = accessOf(expose);
  const { value_toggle: toggle } = expose;
  return {
    property,
    name: textOf(expose['name']) || property,
    words: wordsOf(isNamedByPart(expose) ? { ...expose, label: undefined, name: property } : expose),
    value: valueType(expose),
    isPublished: (access & 0b101) !== 0,
    isSettable: (access & 0b010) !== 0,
    isGettable: (access & 0b100) !== 0,
    ...(typeof expose['category'] === 'string' && { category: expose['category'] }),
    ...(toggle !== undefined && { toggle }),
    ...(part !== undefined && { part }),
  };
}

/** `child_lock` is the `state` of a lock, and labelled so. */
function isNamedByPart({ name, property, endpoint }: JsonObject): boolean {
  return endpoint === undefined && textOf(property) !== '' && property !== name;
}

/** A composite may leave it to its features. */
function accessOf({ access, features }: JsonObject): number {
  if (typeof access === 'number') return access;
  return objectsIn(features).reduce((bits, feature) => bits | (Number(feature['access']) || 0), 0);
}
