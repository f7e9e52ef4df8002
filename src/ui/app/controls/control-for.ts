import type { DataSchema } from '../../../contracts/td.ts';
import { stringList } from '../../../td/json-object.ts';
import { unitSymbol } from '../../../td/unit-symbol.ts';
import { choicesOf } from '../values/choices.ts';
import { isColourSchema } from '../values/value-look.ts';

/** The `type` of an input for text; `long` is a text of several lines. */
export type TextKind = 'text' | 'long' | 'email' | 'url' | 'date' | 'datetime-local' | 'color';

/** What writes a value: `data` is a form of its own. */
export type Control =
  | { readonly as: 'constant' | 'switch' | 'choices' | 'data' }
  | { readonly as: 'number'; readonly integer: boolean; readonly slider?: Slider }
  | { readonly as: 'text'; readonly kind: TextKind };

export interface Slider {
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
}

/** The control of a DataSchema: what its semantic type says first, then its data type (of a malformed schema as far as it is well-formed). */
export function controlFor(schema: DataSchema): Control {
  if (schema.const !== undefined) return { as: 'constant' };
  if (choicesOf(schema)) return { as: 'choices' };
  if (Array.isArray(schema.oneOf)) return { as: 'data' };
  switch (typeOf(schema)) {
    case 'boolean':
      return { as: 'switch' };
    case 'number':
      return numberControl(schema, false);
    case 'integer':
      return numberControl(schema, true);
    case 'string':
      return { as: 'text', kind: textKind(schema) };
    default:
      return { as: 'data' };
  }
}

/** `type`, or what the semantic type or other members leave no doubt about. */
function typeOf(schema: DataSchema): unknown {
  if (schema.type !== undefined) return schema.type;
  if (isA(schema, 'OnOffProperty')) return 'boolean';
  if (isLevel(schema)) return 'number';
  if (['minimum', 'maximum', 'multipleOf'].some((name) => typeof schema[name] === 'number')) return 'number';
  return ['minLength', 'maxLength', 'format', 'pattern'].some((name) => schema[name] !== undefined)
    ? 'string'
    : undefined;
}

function numberControl(schema: DataSchema, integer: boolean): Control {
  const slider = sliderOf(schema, integer);
  return { as: 'number', integer, ...(slider && { slider }) };
}

/** Most positions of a slider that a hand can find. */
const mostSteps = 20_000;

function sliderOf(schema: DataSchema, integer: boolean): Slider | undefined {
  const { minimum, maximum } = boundsOf(schema);
  if (minimum === undefined || maximum === undefined || !(minimum < maximum)) return undefined;
  const step = stepOf(schema, integer) ?? roundStep((maximum - minimum) / 100);
  const steps = (maximum - minimum) / step;
  // From a minimum beside the steps no position would be on one.
  const onSteps =
    schema.multipleOf === undefined || Math.abs(minimum / step - Math.round(minimum / step)) < 1e-9;
  return onSteps && steps >= 2 && steps <= mostSteps ? { minimum, maximum, step } : undefined;
}

function boundsOf(schema: DataSchema): { readonly minimum?: number; readonly maximum?: number } {
  const whole = isLevel(schema) && unitSymbol(schema.unit) === '%' ? { minimum: 0, maximum: 100 } : {};
  const { minimum, maximum } = { ...whole, ...schema };
  return { ...(Number.isFinite(minimum) && { minimum }), ...(Number.isFinite(maximum) && { maximum }) };
}

/** The distance of two neighbouring values, where the schema says one. */
export function stepOf({ multipleOf }: DataSchema, integer: boolean): number | undefined {
  if (typeof multipleOf === 'number' && multipleOf > 0) return multipleOf;
  return integer ? 1 : undefined;
}

/** 1, 2 or 5 times a power of ten, at most that of `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [5, 2, 1].find((candidate) => candidate * power <= step * (1 + 1e-9)) ?? 1;
  return Number((factor * power).toPrecision(1));
}

const kinds: Readonly<Record<string, TextKind>> = {
  email: 'email',
  uri: 'url',
  date: 'date',
  'date-time': 'datetime-local',
};

function textKind(schema: DataSchema): TextKind {
  if (isColourSchema(schema)) return 'color';
  const { format, maxLength, contentMediaType } = schema;
  if (typeof format === 'string' && Object.hasOwn(kinds, format)) return kinds[format] as TextKind;
  const isLong = typeof maxLength === 'number' && maxLength > 300;
  return isLong || typeof contentMediaType === 'string' ? 'long' : 'text';
}

function isLevel(schema: DataSchema): boolean {
  return isA(schema, 'LevelProperty') || isA(schema, 'BrightnessProperty');
}

function isA({ '@type': types }: DataSchema, name: string): boolean {
  return stringList(types).some(
    (type) =>
      type === name || type.endsWith(`:${name}`) || type.endsWith(`#${name}`) || type.endsWith(`/${name}`),
  );
}
