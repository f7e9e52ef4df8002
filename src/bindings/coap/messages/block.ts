import { WotError } from '../../../contracts/errors.ts';
import type { CoapOption } from './coap-message.ts';
import { optionUint, uintOption } from './coap-option.ts';

/** A Block1 or Block2 option (RFC 7959 section 2.2); `size` is a power of two from 16 to 1024. */
export interface Block {
  readonly num: number;
  readonly more: boolean;
  readonly size: number;
}

/** The largest block, and the largest payload that travels in one message. */
export const maxBlockSize = 1024;

/** Reads a block option; WotError `invalid` BLOCK_MALFORMED for the reserved size. */
export function readBlock(options: readonly CoapOption[], number: number): Block | undefined {
  const value = optionUint(options, number);
  if (value === undefined) return undefined;
  if ((value & 7) === 7) {
    throw new WotError('invalid', 'BLOCK_MALFORMED', 'Block size exponent 7 is reserved; use 0 to 6.');
  }
  return { num: value >>> 4, more: (value & 8) !== 0, size: 16 << (value & 7) };
}

export function blockOption(number: number, { num, more, size }: Block): CoapOption {
  return uintOption(number, num * 16 + (more ? 8 : 0) + (Math.log2(size) - 4));
}
