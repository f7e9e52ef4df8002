import { WotError } from '../../../contracts/errors.ts';
import type { Inbound, Peer } from '../endpoint/endpoint.ts';
import { sizeOf } from '../endpoint/fitted-message.ts';
import {
  type Block,
  bertSize,
  blockOption,
  maxBlockSize,
  readBlock,
  spanOf,
  startOf,
} from '../messages/block.ts';
import { isSuccess } from '../messages/coap-code.ts';
import { type CoapOption, type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, uintOption } from '../messages/coap-option.ts';

/** Which part of an answer a message has. */
type Part = Pick<Block, 'num' | 'size'>;

const smallestBlock = 16;
/** ETag, Block2, Size2, Echo and the payload marker take at most so much. */
const overhead = 9 + 4 + 5 + 10 + 1;

/** The block that answers a request; undefined where the whole answer travels in one message. */
export function answerBlock(request: Inbound, answer: Envelope): Part | undefined {
  const { options, peer } = request;
  const wish = readBlock(options, optionNumber.block2);
  const part = permitted(request, answer, wish ?? { num: 0, size: largestBlock(peer) });
  const most = wish === undefined ? peer.capacity?.payload : undefined;
  const isWhole = part.num === 0 && answer.payload.length <= (most ?? spanOfPart(part, peer));
  return isWhole ? undefined : part;
}

/** The part that is wished for, in smaller blocks where the peer may not yet be sent as much. */
function permitted({ peer, token }: Inbound, answer: Envelope, wished: Part): Part {
  // An error takes the place of whatever block was asked for, and its code alone says enough.
  if (!isSuccess(answer.code)) return wished.num > 0 ? { num: 0, size: largestBlock(peer) } : wished;
  const { allowance } = peer;
  if (allowance === undefined || wished.num > 0 || sizeOf(answer, token) <= allowance.room) return wished;
  const room = allowance.room - overhead - sizeOf({ ...answer, payload: emptyBytes }, token);
  let { size } = wished;
  while (size > smallestBlock && size > room) size /= 2;
  return { num: 0, size };
}

/** One block of an answer; WotError `invalid` BLOCK_OUT_OF_RANGE. */
export function cutAnswer(answer: Envelope, part: Part, { options, peer }: Inbound): Envelope {
  const { num, size } = part;
  const { length } = answer.payload;
  const start = startOf(part);
  const end = start + spanOfPart(part, peer);
  if (start >= length) {
    const message = `The answer has ${length} bytes, block ${num} is beyond.`;
    throw new WotError('invalid', 'BLOCK_OUT_OF_RANGE', message);
  }
  const block = blockOption(optionNumber.block2, { num, size, more: end < length });
  const told = num === 0 ? [sizeOption(answer)] : askedSize(options, answer);
  return {
    ...answer,
    options: [...answer.options, block, ...told],
    payload: answer.payload.subarray(start, end),
  };
}

/** Whether the peer has all of an answer with this part. */
export function isLastPart(part: Part, { payload }: Envelope, peer: Peer): boolean {
  return startOf(part) + spanOfPart(part, peer) >= payload.length;
}

/** The size of an answer for those who ask for it (RFC 7959 section 4). */
export function askedSize(options: readonly CoapOption[], answer: Envelope): readonly CoapOption[] {
  return optionBytes(options, optionNumber.size2) === undefined ? [] : [sizeOption(answer)];
}

const sizeOption = ({ payload }: Envelope): CoapOption => uintOption(optionNumber.size2, payload.length);

const spanOfPart = ({ size }: Part, { capacity }: Peer): number => spanOf(size, capacity?.payload);

/** The blocks that an answer has where the peer does not wish for others. */
function largestBlock({ capacity }: Peer): number {
  if (capacity?.bert) return bertSize;
  return 2 ** Math.floor(Math.log2(Math.min(maxBlockSize, capacity?.payload ?? maxBlockSize)));
}
