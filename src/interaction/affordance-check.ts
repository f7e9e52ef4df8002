import { randomUUID } from 'node:crypto';
import { WotError } from '../contracts/errors.ts';
import type { Value } from '../contracts/interaction.ts';
import type { Logger } from '../contracts/logger.ts';
import type { DataSchema } from '../contracts/td.ts';
import { compileDataCheck, type DataCheck, faultsIn, refuseMisfit } from '../td/data-check.ts';
import { internalError } from './as-wot-error.ts';

/** Checks compiled when a Thing is exposed; each throws WotError. */
export type Check = (value: Value) => void;

/** Refuses what a caller sends when it does not fit: `invalid` with a pointer per fault. */
export function inputCheck(schema: DataSchema, what: string): Check {
  const check = compileDataCheck(schema, 'write');
  return (value) => {
    if (value instanceof Uint8Array) {
      const message = `${what} is not binary; send its value as JSON or CBOR.`;
      throw new WotError('unsupported-media', 'BINARY_NOT_EXPECTED', message);
    }
    refuseMisfit(check, value, what);
  };
}

/** Refuses what a Thing gives out when it does not fit: the Thing's fault, logged, never sent. */
export function outputCheck(schema: DataSchema, what: string, logger: Logger): Check {
  const check = compileDataCheck(schema, 'read');
  return (value) => {
    const errors = faultsIn(check, value);
    if (errors.length === 0) return;
    const correlationId = randomUUID();
    logger.error(`${what} gave a value that does not fit its DataSchema`, { correlationId, errors });
    throw internalError(
      'OUTPUT_MISMATCH',
      `${what} gave a value that does not fit its DataSchema`,
      correlationId,
    );
  };
}

/** Turns uriVariables as received into checked, typed values. */
export type UriVariables = (
  received: Readonly<Record<string, unknown>> | undefined,
) => Readonly<Record<string, unknown>>;

const none: Readonly<Record<string, unknown>> = Object.freeze({});

/** Declared variables only (others are not the Thing's business); text becomes the declared type; defaults fill in. */
export function uriVariablesCheck(
  declared: Readonly<Record<string, DataSchema>> | undefined,
  what: string,
): UriVariables {
  if (!declared || Object.keys(declared).length === 0) return () => none;
  const variables = Object.entries(declared).map(([name, schema]) => ({
    name,
    schema,
    fits: compileDataCheck(schema, 'write'),
    check: inputCheck(schema, `the uriVariable ${JSON.stringify(name)} of ${what}`),
  }));
  return (received = none) => {
    const values: Record<string, unknown> = Object.create(null);
    for (const { name, schema, fits, check } of variables) {
      const given = Object.hasOwn(received, name) ? received[name] : schema.default;
      if (given === undefined) continue;
      const value = typeof given === 'string' ? fromText(given, schema, fits) : given;
      check(value);
      values[name] = value;
    }
    return values;
  };
}

/** Text is the value of a string; of other types where it fits as text, else what it says as JSON. */
function fromText(text: string, { type }: DataSchema, fits: DataCheck): unknown {
  if (type === 'string' || (type === undefined && fits(text).length === 0)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
