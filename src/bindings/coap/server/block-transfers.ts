import { WotError } from '../../../contracts/errors.ts';
import { type AddressBounds, AddressCache } from '../endpoint/address-cache.ts';
import type { Inbound } from '../endpoint/endpoint.ts';
import {
  type Block,
  blockOption,
  isFull,
  maxBlockSize,
  readBlock,
  refuseBert,
  startOf,
} from '../messages/block.ts';
import { isSafe, isSuccess } from '../messages/coap-code.ts';
import { type CoapOption, type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionNumber, optionUint } from '../messages/coap-option.ts';
import { answerBlock, askedSize, cutAnswer, isLastPart } from './answer-block.ts';
import { tagged } from './entity-tag.ts';
import { transferKey } from './transfer-key.ts';

interface Upload {
  readonly blocks: Buffer[];
  readonly length: number;
  /** Once it is whole: what carrying it out gives. */
  readonly answer?: Promise<Envelope>;
}

const blockOverhead = 128;

/**
 * The block-wise transfers of a server (RFC 7959), each known by its peer and options and never by a token (RFC 9175
 * section 3). An answer in blocks is a snapshot: it is made once, and kept while the peer fetches it.
 */
export class BlockTransfers {
  readonly #uploads: AddressCache<Upload>;
  readonly #answers: AddressCache<Envelope>;
  readonly #bodyLimit: number;
  /** Who waits until the peer has fetched an answer; they wait on for the one that takes its place. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(bounds: AddressBounds, bodyLimit: number) {
    this.#uploads = new AddressCache(bounds);
    this.#answers = new AddressCache(bounds);
    this.#bodyLimit = bodyLimit;
  }

  /**
   * Answers a request, or one block of it or of its answer: `perform` is called once for a whole body. WotError
   * `conflict` BLOCKS_INCOMPLETE, `too-large` BODY_TOO_LARGE, `invalid` BLOCK_SIZE_WRONG, BLOCK_OUT_OF_RANGE or BLOCK_MALFORMED.
   */
  async answer(request: Inbound, perform: (body: Buffer) => Promise<Envelope>): Promise<Envelope> {
    if (request.peer.capacity === undefined) refuseBert(request.options);
    const block = readBlock(request.options, optionNumber.block1);
    if (block !== undefined) return this.#take(request, block, perform);
    const later = this.#next(request);
    if (later !== undefined) return later;
    this.#check(request.payload.length);
    return perform(request.payload);
  }

  /** The first part of an answer; a large one is kept as it is for its later blocks. */
  begin(request: Inbound, answer: Envelope): Envelope {
    const { options, peer } = request;
    const told = acknowledged(options, answer);
    const block = answerBlock(request, answer);
    if (block === undefined) {
      if (this.#waiting.size > 0) this.#settle(transferKey(request));
      return withOptions(answer, [...told, ...askedSize(options, answer)]);
    }
    const whole = tagged(answer);
    const part = cutAnswer(whole, block, request);
    this.#answers.set(peer, transferKey(request), snapshot(whole), whole.payload.length);
    return withOptions(part, told);
  }

  /** Calls once when the peer has the whole of the answer that is kept for this request, or of the next one; the returned function waits no longer. */
  whenFetched(request: Inbound, call: () => void): () => void {
    const key = transferKey(request);
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(call));
    return () => {
      waiting.delete(call);
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    };
  }

  /** Takes one block of a request body (RFC 7959 section 2.5). */
  async #take(
    request: Inbound,
    block: Block,
    perform: (body: Buffer) => Promise<Envelope>,
  ): Promise<Envelope> {
    const { peer, payload } = request;
    const key = transferKey(request);
    const begun = this.#uploads.get(peer, key);
    // The peer did not hear the answer, and asks again with a new Message ID.
    if (begun !== undefined && isLast(begun, block, payload)) return begun.answer ?? goOn(block);
    const upload: Upload | undefined = block.num === 0 ? { blocks: [], length: 0 } : begun;
    if (upload?.length !== startOf(block) || upload.answer !== undefined) {
      throw incomplete('Blocks before this one are missing; send the request again from its first block.');
    }
    this.#uploads.delete(peer, key);
    const length = upload.length + payload.length;
    this.#check(Math.max(length, optionUint(request.options, optionNumber.size1) ?? 0));
    const { blocks } = upload;
    blocks.push(ownBytes(payload));
    if (block.more) {
      checkSize(block, payload);
      this.#uploads.set(peer, key, { blocks, length }, length + blocks.length * blockOverhead);
      return goOn(block);
    }
    const answer = perform(Buffer.concat(blocks)).then(alone);
    // Nothing comes again over a connection.
    if (block.num > 0 && peer.capacity === undefined) {
      const last = blocks.slice(-1);
      this.#uploads.set(peer, key, { blocks: last, length, answer }, payload.length + maxBlockSize);
    }
    return answer;
  }

  /** A later block of the answer that the peer is fetching; undefined when the request has to be carried out. */
  #next(request: Inbound): Envelope | undefined {
    const block = readBlock(request.options, optionNumber.block2);
    if (block === undefined || block.num === 0) return undefined;
    const key = transferKey(request);
    const kept = this.#answers.get(request.peer, key);
    if (kept !== undefined) {
      this.#answers.set(request.peer, key, kept, kept.payload.length);
      if (isLastPart(block, kept, request.peer)) this.#settle(key);
      return cutAnswer(kept, block, request);
    }
    if (isSafe(request.code)) return undefined;
    throw incomplete('The answer is no longer kept; send the request again from its first block.');
  }

  #settle(key: string): void {
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const call of waiting) call();
  }

  #check(length: number): void {
    const limit = this.#bodyLimit;
    if (length <= limit) return;
    const message = `The payload has more than ${limit} bytes; send less.`;
    throw new WotError('too-large', 'BODY_TOO_LARGE', message, { limit });
  }
}

/** Whether a block is the last one that was taken, once more; a first one begins anew (RFC 7959 section 2.5). */
function isLast({ blocks, length, answer }: Upload, block: Block, payload: Buffer): boolean {
  const { num, more } = block;
  const isThere = num > 0 && startOf(block) + payload.length === length && more === (answer === undefined);
  return isThere && blocks.at(-1)?.equals(payload) === true;
}

/** The same bytes, copied where keeping them would keep much more: small buffers are parts of larger ones. */
function ownBytes(bytes: Buffer): Buffer {
  if (bytes.length * 2 >= bytes.buffer.byteLength) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return own;
}

/** The same part of an answer, which does not keep the whole. */
function alone(answer: Envelope): Envelope {
  return { ...answer, payload: ownBytes(answer.payload) };
}

/** An answer for its later blocks, which are no notifications (RFC 7959 section 2.6). */
function snapshot(answer: Envelope): Envelope {
  const options = answer.options.filter(({ number }) => number !== optionNumber.observe);
  return { ...alone(answer), options };
}

function goOn(block: Block): Envelope {
  return { code: '2.31', options: [blockOption(optionNumber.block1, block)], payload: emptyBytes };
}

/** The block of a request body that an answer is for; `more` says that it is not the last word (RFC 7959 section 2.3). */
function acknowledged(options: readonly CoapOption[], { code }: Envelope): readonly CoapOption[] {
  const block = readBlock(options, optionNumber.block1);
  if (block === undefined) return [];
  return [blockOption(optionNumber.block1, { ...block, more: block.more && isSuccess(code) })];
}

function withOptions(answer: Envelope, more: readonly CoapOption[]): Envelope {
  return more.length === 0 ? answer : { ...answer, options: [...answer.options, ...more] };
}

function checkSize(block: Block, { length }: Buffer): void {
  if (isFull(block, length)) return;
  throw new WotError('invalid', 'BLOCK_SIZE_WRONG', `A block of ${block.size} bytes has ${length}.`);
}

function incomplete(message: string): WotError {
  return new WotError('conflict', 'BLOCKS_INCOMPLETE', message);
}
