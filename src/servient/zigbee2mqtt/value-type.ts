import { isDeepStrictEqual } from 'node:util';
import type { DataSchema, JsonValue } from '../../contracts/td.ts';
import { isJsonObject, type JsonObject, objectEntries, textOf } from '../../td/json-object.ts';
import { unitTerm } from './semantics.ts';

/** What the values of an expose are in a Thing, and how Zigbee2MQTT writes them. */
export interface ValueType {
  readonly schema: DataSchema;
  /** What was told as a value of the Thing; what is not understood stays as it is. */
  fromDevice(told: unknown): unknown;
  toDevice(value: unknown): unknown;
}

const same = (value: unknown): unknown => value;
const deepest = 8;

/** Reads a generic expose; of one that is not known any value is taken (https://www.zigbee2mqtt.io/guide/usage/exposes.html). */
export function valueType(expose: JsonObject, depth = 0): ValueType {
  const { type } = expose;
  if (type === 'binary') return binary(expose);
  if (type === 'list' && depth < deepest) return list(expose, depth + 1);
  if (type === 'composite' && depth < deepest) return composite(expose, depth + 1);
  return { schema: scalarSchema(expose), fromDevice: same, toDevice: same };
}

function scalarSchema(expose: JsonObject): DataSchema {
  const { type } = expose;
  if (type === 'numeric') return numeric(expose);
  if (type === 'enum') return enumeration(expose);
  return type === 'text' ? { type: 'string' } : {};
}

export interface Words {
  readonly title: string;
  readonly description?: string;
}

/** Title and description of an expose. */
export function wordsOf(expose: JsonObject): Words {
  const { label, name, property, endpoint } = expose;
  const spoken = (textOf(name) || textOf(property)).replaceAll('_', ' ');
  const title = textOf(label) || spoken.charAt(0).toUpperCase() + spoken.slice(1);
  const place = textOf(endpoint);
  const description = textOf(expose['description']).toWellFormed();
  return {
    title: (place === '' || title.includes(place) ? title : `${title} (${place})`).toWellFormed(),
    ...(description !== '' && { description }),
  };
}

function binary({ value_on: on, value_off: off, ...expose }: JsonObject): ValueType {
  // `contact` is "on" where it tells false: what is boolean means what it says.
  if (typeof on === 'boolean' && typeof off === 'boolean') {
    return { schema: { type: 'boolean' }, fromDevice: same, toDevice: same };
  }
  const { description } = wordsOf(expose);
  const meaning = `true is ${JSON.stringify(on)}, false is ${JSON.stringify(off)}`;
  return {
    schema: {
      type: 'boolean',
      ...(on !== 'ON' && {
        description: description === undefined ? meaning : `${description} (${meaning})`,
      }),
    },
    fromDevice: (told) => (isDeepStrictEqual(told, on) ? true : isDeepStrictEqual(told, off) ? false : told),
    toDevice: (value) => (value === true ? on : value === false ? off : value),
  };
}

function numeric({ unit, presets, ...expose }: JsonObject): DataSchema {
  const range = rangeOf(expose);
  const measure = textOf(unit) === '' ? {} : { unit: unitTerm(textOf(unit)) };
  const special = presetsOutside(presets, range);
  if (special.length === 0) return { type: 'number', ...range, ...measure };
  return {
    ...(special.every((preset) => typeof preset.const === 'number') && { type: 'number' }),
    oneOf: [{ type: 'number', ...range }, ...special],
    ...measure,
  };
}

interface Range {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
}

function rangeOf({ value_min: min, value_max: max, value_step: step }: JsonObject): Range {
  const [minimum, maximum] = [numberOr(min), numberOr(max)];
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) return {};
  // Steps are counted from the minimum there and from 0 here.
  const steps = numberOr(step) ?? 0;
  const fits = steps > 0 && isWhole((minimum ?? 0) / steps);
  return {
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(fits && { multipleOf: steps }),
  };
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}

function numberOr(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Presets that the range leaves out, such as 65535 or "previous"; the others are numbers like any. */
function presetsOutside(presets: unknown, { minimum, maximum }: Range): readonly DataSchema[] {
  // An array, whose copies are objects with its indexes for names; in the documentation one preset alone.
  const listed = isJsonObject(presets) && 'value' in presets ? [presets] : Object.values(presets ?? {});
  const outside = new Map<unknown, DataSchema>();
  for (const preset of listed.filter(isJsonObject)) {
    const { value } = preset;
    const isNumber = typeof value === 'number';
    if (!isNumber && typeof value !== 'string') continue;
    const isInside =
      isNumber &&
      value >= (minimum ?? Number.NEGATIVE_INFINITY) &&
      value <= (maximum ?? Number.POSITIVE_INFINITY);
    if (!isInside && !outside.has(value)) outside.set(value, { const: value, ...wordsOf(preset) });
  }
  return [...outside.values()];
}

function enumeration({ values }: JsonObject): DataSchema {
  const known = [...new Set(Array.isArray(values) ? values.filter(isScalar) : [])];
  const [first] = known;
  const type = typeof first;
  const isOfOne = known.every((value) => typeof value === type);
  return {
    ...(isOfOne && (type === 'string' || type === 'number' || type === 'boolean') && { type }),
    ...(first !== undefined && { enum: known }),
  };
}

function isScalar(value: unknown): value is JsonValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function list(
  { item_type: itemType, length_min: min, length_max: max }: JsonObject,
  depth: number,
): ValueType {
  const item = valueType(isJsonObject(itemType) ? itemType : {}, depth);
  const [minItems, maxItems] = [countOr(min), countOr(max)];
  const isRange = (minItems ?? 0) <= (maxItems ?? Number.POSITIVE_INFINITY);
  const each = (change: (value: unknown) => unknown) => (value: unknown) =>
    Array.isArray(value) ? value.map(change) : value;
  return {
    schema: {
      type: 'array',
      items: item.schema,
      ...(isRange && minItems !== undefined && { minItems }),
      ...(isRange && maxItems !== undefined && { maxItems }),
    },
    fromDevice: each(item.fromDevice),
    toDevice: each(item.toDevice),
  };
}

function countOr(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

function composite({ features }: JsonObject, depth: number): ValueType {
  const members = new Map(
    objectEntries({ ...(Array.isArray(features) ? features : []) }).map(([, feature]) => {
      const type = valueType(feature, depth);
      const schema = { ...wordsOf(feature), ...type.schema };
      return [textOf(feature['property']) || textOf(feature['name']), { ...type, schema }] as const;
    }),
  );
  const each = (change: (type: ValueType, value: unknown) => unknown) => (value: unknown) => {
    if (!isJsonObject(value)) return value;
    const changed = Object.entries(value).flatMap(([name, member]) => {
      const type = members.get(name);
      // What is null is not known.
      return member === null ? [] : [[name, type ? change(type, member) : member] as const];
    });
    return Object.fromEntries(changed);
  };
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries([...members].map(([name, { schema }]) => [name, schema])),
    },
    fromDevice: each((type, value) => type.fromDevice(value)),
    toDevice: each((type, value) => type.toDevice(value)),
  };
}
