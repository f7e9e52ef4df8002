import { WotError } from '../../../contracts/errors.ts';
import type { CoapOption } from './coap-message.ts';

/** Option numbers (RFC 7252 section 5.10, RFC 7641, RFC 7959, RFC 7967, RFC 9175). */
export const optionNumber = {
  ifMatch: 1,
  uriHost: 3,
  etag: 4,
  ifNoneMatch: 5,
  observe: 6,
  uriPort: 7,
  locationPath: 8,
  uriPath: 11,
  contentFormat: 12,
  maxAge: 14,
  uriQuery: 15,
  accept: 17,
  locationQuery: 20,
  block2: 23,
  block1: 27,
  size2: 28,
  proxyUri: 35,
  proxyScheme: 39,
  size1: 60,
  echo: 252,
  noResponse: 258,
  requestTag: 292,
} as const;

interface OptionRule {
  readonly min: number;
  readonly max: number;
  readonly repeatable?: true;
}

const rules: ReadonlyMap<number, OptionRule> = new Map<number, OptionRule>([
  [optionNumber.ifMatch, { min: 0, max: 8, repeatable: true }],
  [optionNumber.uriHost, { min: 1, max: 255 }],
  [optionNumber.etag, { min: 1, max: 8, repeatable: true }],
  [optionNumber.ifNoneMatch, { min: 0, max: 0 }],
  [optionNumber.observe, { min: 0, max: 3 }],
  [optionNumber.uriPort, { min: 0, max: 2 }],
  [optionNumber.locationPath, { min: 0, max: 255, repeatable: true }],
  [optionNumber.uriPath, { min: 0, max: 255, repeatable: true }],
  [optionNumber.contentFormat, { min: 0, max: 2 }],
  [optionNumber.maxAge, { min: 0, max: 4 }],
  [optionNumber.uriQuery, { min: 0, max: 255, repeatable: true }],
  [optionNumber.accept, { min: 0, max: 2 }],
  [optionNumber.locationQuery, { min: 0, max: 255, repeatable: true }],
  [optionNumber.block2, { min: 0, max: 3 }],
  [optionNumber.block1, { min: 0, max: 3 }],
  [optionNumber.size2, { min: 0, max: 4 }],
  [optionNumber.size1, { min: 0, max: 4 }],
  [optionNumber.echo, { min: 1, max: 40 }],
  [optionNumber.noResponse, { min: 0, max: 1 }],
  [optionNumber.requestTag, { min: 0, max: 8, repeatable: true }],
]);

/**
 * Drops the elective options that are unknown, too long or repeated, and finds the first critical one of that sort
 * (RFC 7252 sections 5.4.1, 5.4.3, 5.4.5).
 */
export function siftOptions(options: readonly CoapOption[]): {
  readonly options: readonly CoapOption[];
  readonly refused?: number;
} {
  if (options.every(isUnderstood)) return { options };
  const refused = options.find((option, at) => option.number % 2 === 1 && !isUnderstood(option, at, options));
  const kept = options.filter(isUnderstood);
  return refused === undefined ? { options: kept } : { options: kept, refused: refused.number };
}

function isUnderstood({ number, value }: CoapOption, at: number, options: readonly CoapOption[]): boolean {
  const rule = rules.get(number);
  if (rule === undefined || value.length < rule.min || value.length > rule.max) return false;
  return rule.repeatable === true || options[at - 1]?.number !== number;
}

/** The bytes of the first option of a number. */
export function optionBytes(options: readonly CoapOption[], number: number): Buffer | undefined {
  return options.find((option) => option.number === number)?.value;
}

/** An option of uint format (RFC 7252 section 3.2); at most 6 bytes are read. */
export function optionUint(options: readonly CoapOption[], number: number): number | undefined {
  const value = optionBytes(options, number);
  if (value === undefined) return undefined;
  return value.length === 0 ? 0 : value.readUIntBE(0, Math.min(value.length, 6));
}

/** All options of a number as texts; WotError `invalid` OPTION_NOT_UTF8. */
export function optionTexts(options: readonly CoapOption[], number: number): readonly string[] {
  return options.filter((option) => option.number === number).map(({ value }) => utf8(value));
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(value: Buffer): string {
  const text = value.toString();
  if (!text.includes('\ufffd')) return text; // five times faster than what is strict
  try {
    return decoder.decode(value);
  } catch (cause) {
    throw new WotError('invalid', 'OPTION_NOT_UTF8', 'A path, query or host option is not UTF-8.', { cause });
  }
}

export const textOption = (number: number, text: string): CoapOption => ({
  number,
  value: Buffer.from(text),
});

const shortest = Array.from({ length: 256 }, (_, value) => Buffer.from(value === 0 ? [] : [value]));

/** An option of uint format in its shortest form. */
export function uintOption(number: number, value: number): CoapOption {
  const short = shortest[value];
  if (short !== undefined) return { number, value: short };
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return { number, value: Buffer.from(bytes) };
}
