import { decodeContent } from '../codec/registry.ts';
import { isSenml, type Measured, senmlValue } from '../codec/senml-value.ts';
import type { Content } from '../contracts/binding.ts';
import { type Fault, WotError } from '../contracts/errors.ts';
import { payloadKind } from '../contracts/media-type.ts';
import type { DataSchema } from '../contracts/td.ts';
import { compileDataCheck, type DataCheck, faultsIn, inWords, refuseMisfit } from '../td/data-check.ts';
import { isTextual, valueOfText } from '../td/value-of-text.ts';

/** Where the data of a Payload comes from. */
interface PayloadSource {
  /** Whether a form carries bytes, so that they fit. */
  readonly binary?: boolean;
  /** The property or event, which may come as a measurement. */
  readonly name?: string;
}

/** Checks of one affordance's data, compiled when first needed; `what` names it in messages. */
export class Payload {
  readonly what: string;
  readonly #schema: DataSchema;
  readonly #binary: boolean;
  readonly #measured: Measured | undefined;
  #input: DataCheck | undefined;
  #output: DataCheck | undefined;

  constructor(what: string, schema: DataSchema, { binary = false, name }: PayloadSource = {}) {
    this.what = what;
    this.#schema = schema;
    this.#binary = binary;
    this.#measured = name !== undefined && isTextual(schema) ? { thing: '', name, schema } : undefined;
  }

  /** Throws `invalid` INPUT_MISSING or INPUT_MISMATCH for what must not be sent. */
  checkInput(value: unknown): void {
    if (!this.#isBytes(value)) refuseMisfit(this.#inputCheck(), value, this.what);
  }

  /** What of a value does not fit, were it sent. */
  inputFaults(value: unknown): readonly Fault[] {
    return this.#isBytes(value) ? [] : faultsIn(this.#inputCheck(), value);
  }

  /** Gives the value back, or throws `internal` RESPONSE_MISMATCH: the Thing sent what its TD does not say. */
  checkOutput(value: unknown): unknown {
    const errors = this.outputFaults(value);
    if (errors.length === 0) return value;
    throw mismatch(this.what, inWords(errors), { errors, cause: { value } });
  }

  /** What of a value that the Thing sent does not fit. */
  outputFaults(value: unknown): readonly Fault[] {
    if (this.#isBytes(value)) return [];
    this.#output ??= compileDataCheck(this.#schema, 'read', { lenient: true });
    return faultsIn(this.#output, value);
  }

  /** The value of an answer; throws `internal` RESPONSE_MISMATCH. */
  read(content: Content | undefined): unknown {
    return this.checkOutput(this.decode(content));
  }

  /** The same whether it fits or not; throws where it cannot be read at all. */
  decode(content: Content | undefined): unknown {
    const value = readContent(this.what, content, this.#measured);
    const isText = typeof value === 'string' && payloadKind(content?.type ?? '') === 'text';
    return isText && isTextual(this.#schema) ? valueOfText(value, this.#schema) : value;
  }

  #inputCheck(): DataCheck {
    this.#input ??= compileDataCheck(this.#schema, 'write', { lenient: true });
    return this.#input;
  }

  #isBytes(value: unknown): boolean {
    return this.#binary && value instanceof Uint8Array;
  }
}

/** Reads an answer whatever its shape, and a SenML pack as the value of what is `measured`; nothing gives undefined. */
export function readContent(what: string, content: Content | undefined, measured?: Measured): unknown {
  if (content === undefined) return undefined;
  try {
    const value = decodeContent(content);
    return measured && isSenml(content.type) ? senmlValue(value, measured, { foreign: true }) : value;
  } catch (cause) {
    throw mismatch(what, (cause as Error).message, { cause });
  }
}

/** The value of an answer, undefined also where it cannot be read. */
export function tryRead(content: Content | undefined): unknown {
  try {
    return content && decodeContent(content);
  } catch {
    return undefined;
  }
}

/** The Thing broke its own TD; `cause` holds the value that it sent. */
export function mismatch(
  what: string,
  why: string,
  details: { readonly errors?: readonly Fault[]; readonly cause?: unknown } = {},
): WotError {
  const message = `The Thing's answer for ${what} does not fit its TD: ${why}; the Thing or the TD needs correcting.`;
  return new WotError('internal', 'RESPONSE_MISMATCH', message, details);
}
