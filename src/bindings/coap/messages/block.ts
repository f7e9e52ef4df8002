import { WotError } from '../../../contracts/errors.ts';
import type { CoapOption } from './coap-message.ts';
import { optionNumber, optionUint, uintOption } from './coap-option.ts';

/** A Block1 or Block2 option (RFC 7959 section 2.2); `size` is a power of two from 16 to 1024, or `bertSize`. */
export interface Block {
  readonly num: number;
  readonly more: boolean;
  readonly size: number;
}

/** The largest block, and the largest payload that travels in one message. */
export const maxBlockSize = 1024;

/** Stands for blocks of any multiple of 1024 bytes, numbered by 1024, which connections alone carry: BERT (RFC 8323 section 6). */
export const bertSize = 2048;

/** Reads a block option. */
export function readBlock(options: readonly CoapOption[], number: number): Block | undefined {
  const value = optionUint(options, number);
  if (value === undefined) return undefined;
  return { num: value >>> 4, more: (value & 8) !== 0, size: 16 << (value & 7) };
}

/** Whether a request asks for an answer from its beginning. */
export function asksBeginning(options: readonly CoapOption[]): boolean {
  return (readBlock(options, optionNumber.block2)?.num ?? 0) === 0;
}

/** Where a block begins, in bytes. */
export function startOf({ num, size }: Pick<Block, 'num' | 'size'>): number {
  return num * Math.min(size, maxBlockSize);
}

/** Bytes of all blocks of a size but the last, where one message may have `most`. */
export function spanOf(size: number, most = maxBlockSize): number {
  return size === bertSize ? Math.max(1, Math.floor(most / maxBlockSize)) * maxBlockSize : size;
}

/** Whether a block that others follow may have this length (RFC 7959 section 2.2). */
export function isFull({ size }: Pick<Block, 'size'>, length: number): boolean {
  return size === bertSize ? length > 0 && length % maxBlockSize === 0 : length === size;
}

/** Over datagrams the exponent of BERT is reserved; WotError `invalid` BLOCK_MALFORMED. */
export function refuseBert(options: readonly CoapOption[]): void {
  const numbers = [optionNumber.block1, optionNumber.block2];
  if (numbers.every((number) => readBlock(options, number)?.size !== bertSize)) return;
  throw new WotError('invalid', 'BLOCK_MALFORMED', 'Block size exponent 7 is reserved; use 0 to 6.');
}

export function blockOption(number: number, { num, more, size }: Block): CoapOption {
  return uintOption(number, num * 16 + (more ? 8 : 0) + (Math.log2(size) - 4));
}
