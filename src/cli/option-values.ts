import { InvalidArgumentError } from 'commander';

const most = 2_147_483_647;

/** A whole number above 0 that timers take. */
export function wholeNumber(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= most) return value;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`);
}

/** Adds `name=value` to the uriVariables given before it. */
export function uriVariable(text: string, given: Readonly<Record<string, unknown>> = {}) {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Expected name=value.');
  return { ...given, [name]: parseValue(value) };
}

/** JSON where it parses, else the text itself. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
