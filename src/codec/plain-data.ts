import { notSerialisable } from './codec.ts';

const deepest = 1000;

/** Writes a value that is plain JSON data; any other value, and whatever its getters throw, is OUTPUT_NOT_SERIALISABLE. */
export function encodePlain<T>(format: string, value: T, write: (value: T) => Uint8Array): Uint8Array {
  let fault: string | undefined;
  try {
    fault = plainDataFault(value);
    if (fault === undefined) return write(value);
  } catch (cause) {
    throw notSerialisable(format, `reading it failed with ${cause}`, cause);
  }
  throw notSerialisable(format, fault);
}

/** Says why a value is not plain JSON data (`/a/0 is NaN`), or undefined when it is; undefined members count as absent. */
export function plainDataFault(value: unknown): string | undefined {
  const fault = faultIn(value, 0);
  return fault?.startsWith('/') === false ? `it${fault}` : fault;
}

function faultIn(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : ` is ${value}`;
    case 'object':
      return value === null ? undefined : faultInMembers(value, depth);
    default:
      return ` is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}`;
  }
}

function faultInMembers(value: object, depth: number): string | undefined {
  if (depth > deepest) return ` nests deeper than ${deepest} levels or contains itself`;
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return faultIn(value.toJSON(), depth + 1);
  }
  if (Array.isArray(value)) return faultInArray(value, depth);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== 'Object') return ` is a ${kind}`;
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name];
    const fault = member === undefined ? undefined : faultIn(member, depth + 1);
    if (fault !== undefined) return `/${name}${fault}`;
  }
  return undefined;
}

function faultInArray(values: readonly unknown[], depth: number): string | undefined {
  for (let index = 0; index < values.length; index++) {
    const fault = faultIn(values[index], depth + 1);
    if (fault !== undefined) return `/${index}${fault}`;
  }
  return undefined;
}
