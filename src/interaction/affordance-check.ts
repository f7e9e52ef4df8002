import { randomUUID } from 'node:crypto';
import { WotError } from '../contracts/errors.ts';
import type { Value } from '../contracts/interaction.ts';
import type { Logger } from '../contracts/logger.ts';
import type { DataSchema } from '../contracts/td.ts';
import { compileDataCheck, type DataCheck, faultsIn, refuseMisfit } from '../td/data-check.ts';
import { type DeclaredContent, isRaw } from '../td/declared-content.ts';
import { valueOfItems, valueOfText } from '../td/value-of-text.ts';
import { internalError } from './as-wot-error.ts';
import { isPayloadStream } from './declared-payload.ts';
import { QueryText } from './query-variables.ts';

/** What the payloads of an affordance are checked by; compiled when its Thing is exposed, and shared by equal DataSchemas. */
export interface Checked {
  /** Names the affordance in messages. */
  readonly what: string;
  /** Their types, where declared. */
  readonly content: DeclaredContent;
  /** Absent where nothing is taken: what is sent is not looked at. */
  readonly input?: DataCheck | undefined;
  /** Absent where nothing is given. */
  readonly output?: DataCheck | undefined;
}

/** Refuses what a caller sends when it does not fit: `invalid` with a pointer per fault. */
export function checkInput({ what, content, input }: Checked, value: Value): void {
  if (!input) return;
  const raw = isRaw(content.input);
  if (raw && isPayloadStream(value)) return;
  if (!raw && value instanceof Uint8Array) {
    const message = `${what} is not binary; send its value as JSON or CBOR.`;
    throw new WotError('unsupported-media', 'BINARY_NOT_EXPECTED', message);
  }
  refuseMisfit(input, value, what);
}

/** What a Thing gives out, nothing where none is declared; refuses what does not fit: the Thing's fault, logged, never sent. */
export function checkOutput({ what, content, output }: Checked, value: Value, logger: Logger): Value {
  if (!output) return undefined;
  if (isRaw(content.output) && isPayloadStream(value)) return value;
  const errors = faultsIn(output, value);
  if (errors.length === 0) return value;
  const correlationId = randomUUID();
  const message = `${what} gave a value that does not fit its DataSchema`;
  logger.error(message, { correlationId, errors });
  throw internalError('OUTPUT_MISMATCH', message, correlationId);
}

/** Turns uriVariables as received into checked, typed values. */
export type UriVariables = (
  received: Readonly<Record<string, unknown>> | undefined,
) => Readonly<Record<string, unknown>>;

const none: Readonly<Record<string, unknown>> = Object.freeze({});
const noVariables: UriVariables = () => none;

/** Declared variables only (others are not the Thing's business); text becomes the declared type; defaults fill in. */
export function uriVariablesCheck(
  declared: Readonly<Record<string, DataSchema>> | undefined,
  what: string,
): UriVariables {
  if (!declared || Object.keys(declared).length === 0) return noVariables;
  const variables = Object.entries(declared).map(([name, schema]) => ({
    name,
    schema,
    what: `the uriVariable ${JSON.stringify(name)} of ${what}`,
    content: {},
    input: compileDataCheck(schema, 'write'),
  }));
  return (received = none) => {
    const values: Record<string, unknown> = Object.create(null);
    for (const variable of variables) {
      const { name, schema, input } = variable;
      const given = Object.hasOwn(received, name) ? received[name] : schema.default;
      if (given === undefined) continue;
      const value = typedValue(given, schema, input);
      checkInput(variable, value);
      values[name] = value;
    }
    return values;
  };
}

/** Text, whole or between commas, as the value that it means; other values are typed already. */
function typedValue(given: unknown, schema: DataSchema, fits: DataCheck): unknown {
  if (typeof given !== 'string' && !(given instanceof QueryText)) return given;
  if (schema.type !== 'array' && schema.type !== 'object') return valueOfText(String(given), schema, fits);
  return valueOfItems(typeof given === 'string' ? given.split(',') : given.items, schema, fits);
}
