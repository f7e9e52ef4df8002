import { randomBytes } from 'node:crypto';
import { WotError } from '../../../contracts/errors.ts';
import type { Capacity } from '../endpoint/endpoint.ts';
import { blockOption, maxBlockSize } from '../messages/block.ts';
import type { CoapOption, Envelope } from '../messages/coap-message.ts';
import { optionNumber } from '../messages/coap-option.ts';

/** How large blocks and bodies may be. */
export interface BlockBounds {
  /** Bytes of one block at most, and of what is sent in one message: a power of two from 16 to 1024. A connection says itself what it carries. */
  readonly blockSize: number;
  /** Bytes of one response body at most. */
  readonly maxBody: number;
}

/** How bodies of any size travel to and from one peer (RFC 7959). */
export interface BlockWise extends BlockBounds {
  readonly capacity?: Capacity | undefined;
  /** Sends one message and gives its response; the messages of one upload name the same token. */
  send(message: Envelope, token?: Buffer): Promise<Envelope>;
  /** Fetches the blocks of a resource when nobody else does: some servers (libcoap) keep one transfer of each. */
  alone(request: Envelope, fetch: () => Promise<Envelope>): Promise<Envelope>;
  /** Whether something newer than what is fetched has come already. */
  isOutdated?(): boolean;
}

/** Block numbers have 20 bits (RFC 7959 section 2.2). */
export const mostBlocks = 2 ** 20;

/** Asks for blocks of a size from the first one on, where it is not the usual one (RFC 7959 section 2.4). */
export function earlySize({ blockSize: size }: BlockBounds): readonly CoapOption[] {
  return size === maxBlockSize ? [] : [blockOption(optionNumber.block2, { num: 0, more: false, size })];
}

/** Distinguishes block-wise requests to one resource that go on at the same time (RFC 9175 section 3.3). */
export const requestTag = (): CoapOption => ({ number: optionNumber.requestTag, value: randomBytes(4) });

/** The error for a peer that sends or demands blocks out of order. */
export function broken(what: string): WotError {
  const message = `The peer does not keep to block-wise CoAP: ${what}.`;
  return new WotError('unavailable', 'PROTOCOL_BROKEN', message);
}
