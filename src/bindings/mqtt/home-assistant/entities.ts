import type { DataSchema, JsonValue } from '../../../contracts/td.ts';
import { detectionOf, measurementOf, quantityOf } from './device-class.ts';
import { rendered } from './jinja.ts';

/** Options of one entity by their documented names; `p` is its platform. */
export interface Entity {
  readonly p: 'sensor' | 'binary_sensor' | 'switch' | 'number' | 'select' | 'text' | 'button' | 'event';
  readonly [option: string]: JsonValue | undefined;
}

/** Characters that a state of Home Assistant may have. */
const longestState = 255;

/** Payloads of what is true or false; no `ON` and `OFF`, for they are JSON. */
const truth = { payload_on: 'true', payload_off: 'false' } as const;

/** The entity that shows a value; `value` is the Jinja2 expression for it where it is but a part of the payload. Undefined where there is none. */
export function stateEntity(schema: DataSchema, name: string, value?: string): Entity | undefined {
  const template = (expression: string) => ({ value_template: rendered(expression) });
  const constants = constantsOf(schema);
  switch (typeOf(schema)) {
    case 'boolean':
      return {
        ...{ p: 'binary_sensor', ...truth, ...detectionOf(schema, name) },
        ...(value === undefined ? {} : template(`${value} | tojson`)),
      };
    case 'number':
    case 'integer':
      return {
        ...{ p: 'sensor', ...measurementOf(schema, name), ...precisionOf(schema) },
        ...(value === undefined ? {} : template(value)),
      };
    case 'string': {
      const text = value ?? 'value_json';
      if (constants) {
        return { p: 'sensor', device_class: 'enum', options: constants.map(String), ...template(text) };
      }
      if (schema.format === 'date-time') return { p: 'sensor', device_class: 'timestamp', ...template(text) };
      if (schema.format === 'date') return { p: 'sensor', device_class: 'date', ...template(text) };
      return { p: 'sensor', ...template(shortened(text)) };
    }
    default:
      return undefined;
  }
}

/** JSON around the value that a control sends, safe in templates. */
export interface Frame {
  readonly before: string;
  readonly after: string;
}

/** The entity that sets a value and shows it where it has a state topic; undefined where there is none. */
export function controlEntity(schema: DataSchema, name: string, frame?: Frame): Entity | undefined {
  const { before = '', after = '' } = frame ?? {};
  const bare = frame ? { command_template: `${before}${rendered('value')}${after}` } : {};
  const quoted = { command_template: `${before}${rendered('value | tojson')}${after}` };
  const constants = constantsOf(schema);
  const type = typeOf(schema);
  if (type === 'boolean') {
    const { payload_on: on, payload_off: off } = truth;
    return { p: 'switch', payload_on: `${before}${on}${after}`, payload_off: `${before}${off}${after}` };
  }
  if (type === 'number' || type === 'integer') {
    if (constants) return { p: 'select', options: constants.map(String), ...bare };
    const range = rangeOf(schema);
    // An action must not be begun by a slider that is dragged past its values.
    return (
      range && { p: 'number', ...quantityOf(schema, name), ...range, ...(frame && { mode: 'box' }), ...bare }
    );
  }
  if (type !== 'string') return undefined;
  if (constants) {
    return { p: 'select', options: constants.map(String), value_template: rendered('value_json'), ...quoted };
  }
  const { minLength: min = 0, maxLength = longestState } = schema;
  const max = Math.min(maxLength, longestState);
  if (min > max || max === 0) return undefined;
  return {
    ...{ p: 'text', max, ...(min < max && { min }), ...(schema.writeOnly === true && { mode: 'password' }) },
    ...{ value_template: rendered(shortened('value_json')), ...quoted },
  };
}

/** The values that a schema lists, each once; undefined where it lists none or they are of several types. */
function constantsOf({ enum: values, oneOf, const: only }: DataSchema): readonly JsonValue[] | undefined {
  const listed = values ?? oneOf?.map((each) => each.const) ?? (only === undefined ? [] : [only]);
  const constants = [...new Set(listed)].filter((value) => value !== null);
  const kinds = new Set(constants.map((value) => typeof value));
  const [kind = ''] = kinds;
  return kinds.size === 1 && /string|number/.test(kind) ? (constants as JsonValue[]) : undefined;
}

function typeOf(schema: DataSchema): string | undefined {
  return schema.type ?? typeof constantsOf(schema)?.[0];
}

/** A longer state is refused; `| string` keeps `null` what it is, unknown. */
function shortened(expression: string): string {
  return `(${expression} | string)[:${longestState}]`;
}

function precisionOf({ type, multipleOf }: DataSchema): { readonly suggested_display_precision?: number } {
  if (multipleOf === undefined) return type === 'integer' ? { suggested_display_precision: 0 } : {};
  return { suggested_display_precision: `${multipleOf}`.split('.')[1]?.length ?? 0 };
}

/** What Home Assistant takes as the smallest step. */
const smallestStep = 0.001;

/** Bounds and step; Home Assistant's own are 0 to 100, and 1. Undefined where no two values are left. */
function rangeOf({ type, multipleOf, ...schema }: DataSchema) {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const lowest = minimum ?? exclusiveMinimum ?? Number.MIN_SAFE_INTEGER;
  const highest = maximum ?? exclusiveMaximum ?? Number.MAX_SAFE_INTEGER;
  const usual = type === 'integer' ? 1 : 10 ** Math.floor(Math.log10(Math.min(highest - lowest, 100) / 100));
  const unit = multipleOf ?? usual;
  const step = unit < smallestStep ? unit * Math.ceil(smallestStep / unit) : unit;
  const min = exclusiveMinimum === undefined ? lowest : lowest + step;
  const max = exclusiveMaximum === undefined ? highest : highest - step;
  if (!(min < max)) return undefined;
  // The steps are counted from the minimum.
  return {
    min: multipleOf === undefined ? min : exact(Math.ceil(min / step) * step),
    max,
    step: exact(step),
  };
}

/** Without the last digits that are but rounding. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}
