import { createHash } from 'node:crypto';
import { WotError } from '../../../contracts/errors.ts';
import { BoundedCache, type CacheBounds } from '../endpoint/bounded-cache.ts';
import type { Inbound } from '../endpoint/endpoint.ts';
import { type Block, blockOption, maxBlockSize, readBlock } from '../messages/block.ts';
import { type CoapOption, type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, optionUint, uintOption } from '../messages/coap-option.ts';

interface Upload {
  readonly blocks: Buffer[];
  readonly length: number;
}

interface KeptAnswer {
  readonly whole: Envelope;
  /** Who waits until the peer has fetched it; they wait on for the answer that takes its place. */
  readonly fetched: Set<() => void>;
}

/** A whole request body, or the answer that asks for the next block. */
export type Collected = { readonly body: Buffer } | { readonly answer: Envelope };

const blockOverhead = 128;

/** The block-wise transfers of a server (RFC 7959), each known by its peer and options and never by a token (RFC 9175). */
export class BlockTransfers {
  readonly #uploads: BoundedCache<Upload>;
  readonly #answers: BoundedCache<KeptAnswer>;
  readonly #bodyLimit: number;

  constructor(bounds: CacheBounds, bodyLimit: number) {
    this.#uploads = new BoundedCache(bounds);
    this.#answers = new BoundedCache(bounds);
    this.#bodyLimit = bodyLimit;
  }

  /** A later block of the answer that the peer is fetching; undefined when the request has to be carried out. */
  next(request: Inbound): Envelope | undefined {
    const block = readBlock(request.options, optionNumber.block2);
    if (block === undefined || block.num === 0 || optionBytes(request.options, optionNumber.block1))
      return undefined;
    const key = transferKey(request);
    const kept = this.#answers.get(key);
    if (kept !== undefined) {
      this.#answers.set(key, kept, kept.whole.payload.length);
      if ((block.num + 1) * block.size >= kept.whole.payload.length) settle(kept);
      return blockOf(kept.whole, block);
    }
    if (['0.01', '0.05'].includes(request.code)) return undefined;
    throw incomplete('The answer is no longer kept; send the request again from its first block.');
  }

  /** Takes one block of a request body (RFC 7959 section 2.5); WotError `conflict` BLOCKS_INCOMPLETE, `too-large` or `invalid`. */
  collect(request: Inbound): Collected {
    const { options, payload } = request;
    const block = readBlock(options, optionNumber.block1);
    if (block === undefined) {
      this.#check(payload.length);
      return { body: payload };
    }
    const key = transferKey(request);
    const upload = block.num === 0 ? { blocks: [], length: 0 } : this.#uploads.get(key);
    if (upload?.length !== block.num * block.size) {
      throw incomplete('Blocks before this one are missing; send the request again from its first block.');
    }
    this.#uploads.delete(key);
    const length = upload.length + payload.length;
    this.#check(Math.max(length, optionUint(options, optionNumber.size1) ?? 0));
    upload.blocks.push(payload);
    if (!block.more) return { body: Buffer.concat(upload.blocks) };
    if (payload.length !== block.size) {
      throw new WotError(
        'invalid',
        'BLOCK_SIZE_WRONG',
        `A block of ${block.size} bytes has ${payload.length}.`,
      );
    }
    this.#uploads.set(key, { ...upload, length }, length + upload.blocks.length * blockOverhead);
    return {
      answer: { code: '2.31', options: [blockOption(optionNumber.block1, block)], payload: emptyBytes },
    };
  }

  /** The first part of an answer; a large one is kept as it is for its later blocks. */
  begin(request: Inbound, answer: Envelope): Envelope {
    const asked = readBlock(request.options, optionNumber.block2) ?? { num: 0, size: maxBlockSize };
    const uploaded = readBlock(request.options, optionNumber.block1);
    const echo = uploaded ? [blockOption(optionNumber.block1, uploaded)] : [];
    const key = transferKey(request);
    const fetched = this.#answers.get(key)?.fetched ?? new Set();
    if (asked.num === 0 && answer.payload.length <= asked.size) {
      settle({ fetched });
      return { ...answer, options: [...answer.options, ...echo] };
    }
    const whole = { ...answer, options: tagged(answer) };
    this.#answers.set(key, { whole, fetched }, whole.payload.length);
    const first = blockOf(whole, asked);
    return { ...first, options: [...first.options, ...echo] };
  }

  /** Calls once when the peer has the whole of the answer that is kept for this request, or of the next one; the returned function waits no longer. */
  whenFetched(request: Inbound, call: () => void): () => void {
    const fetched = this.#answers.get(transferKey(request))?.fetched;
    fetched?.add(call);
    return () => fetched?.delete(call);
  }

  #check(length: number): void {
    if (length <= this.#bodyLimit) return;
    throw new WotError(
      'too-large',
      'BODY_TOO_LARGE',
      `The payload has more than ${this.#bodyLimit} bytes; send less.`,
    );
  }
}

function settle({ fetched }: Pick<KeptAnswer, 'fetched'>): void {
  for (const call of [...fetched]) call();
  fetched.clear();
}

/** All blocks of one answer carry one ETag (RFC 7959 section 2.4). */
function tagged({ options, payload }: Envelope): readonly CoapOption[] {
  if (optionBytes(options, optionNumber.etag) !== undefined) return options;
  return [
    ...options,
    { number: optionNumber.etag, value: createHash('sha256').update(payload).digest().subarray(0, 8) },
  ];
}

function blockOf(answer: Envelope, { num, size }: Omit<Block, 'more'>): Envelope {
  const start = num * size;
  const { payload } = answer;
  if (start >= payload.length) {
    throw new WotError(
      'invalid',
      'BLOCK_OUT_OF_RANGE',
      `The answer has ${payload.length} bytes, block ${num} is beyond.`,
    );
  }
  const options = [
    ...answer.options,
    blockOption(optionNumber.block2, { num, size, more: start + size < payload.length }),
    ...(num === 0 ? [uintOption(optionNumber.size2, payload.length)] : []),
  ];
  return { ...answer, options, payload: payload.subarray(start, start + size) };
}

const notIdentifying: readonly number[] = [
  optionNumber.etag,
  optionNumber.observe,
  optionNumber.block1,
  optionNumber.block2,
  optionNumber.size1,
  optionNumber.size2,
];

function transferKey({ peer, code, options }: Inbound): string {
  const identifying = options.filter(({ number }) => !notIdentifying.includes(number));
  return [
    peer.key,
    code,
    ...identifying.map(({ number, value }) => `${number}:${value.toString('hex')}`),
  ].join(' ');
}

function incomplete(message: string): WotError {
  return new WotError('conflict', 'BLOCKS_INCOMPLETE', message);
}
