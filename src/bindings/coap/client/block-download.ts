import { WotError } from '../../../contracts/errors.ts';
import {
  type Block,
  bertSize,
  blockOption,
  isFull,
  maxBlockSize,
  readBlock,
  startOf,
} from '../messages/block.ts';
import { isSuccess, methodCode } from '../messages/coap-code.ts';
import { type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, optionUint } from '../messages/coap-option.ts';
import { type BlockWise, broken, mostBlocks } from './block-wise.ts';

const restartsAtMost = 3;

/**
 * Fetches what follows the first block of a response. A GET whose content changes meanwhile begins again (RFC 7959
 * section 2.4), three times at most; then, and for other methods, it rejects with `conflict` CONTENT_CHANGED.
 */
export async function download(wise: BlockWise, request: Envelope, first: Envelope): Promise<Envelope> {
  if (readBlock(first.options, optionNumber.block2) === undefined) return first;
  return wise.alone(request, () => fetchAll(wise, request, first));
}

async function fetchAll(wise: BlockWise, request: Envelope, first: Envelope): Promise<Envelope> {
  const isGet = request.code === methodCode.GET;
  const again = (): Promise<Envelope> => wise.send(withoutObserve(request));
  let begun = isGet && wasHeldBack(wise, first) ? await again() : first;
  for (let left = restartsAtMost; ; left--) {
    const whole = await follow(wise, request, begun);
    if (whole !== undefined) return whole;
    if (left === 0 || !isGet || wise.isOutdated?.()) throw contentChanged();
    begun = await again();
  }
}

/** Small blocks may be all that a server gives to those who have not shown their address; with its Echo they get more (RFC 9175 section 2.6). */
function wasHeldBack({ blockSize }: BlockWise, { options }: Envelope): boolean {
  const block = readBlock(options, optionNumber.block2);
  return (
    block?.more === true && block.size < blockSize && optionBytes(options, optionNumber.echo) !== undefined
  );
}

/** The whole response that begins with this block, or undefined where the content changed. */
async function follow(wise: BlockWise, request: Envelope, first: Envelope): Promise<Envelope | undefined> {
  if (readBlock(first.options, optionNumber.block2) === undefined) return first;
  let block = checkedBlock(wise, first, 0);
  const parts = [first.payload];
  let received = first.payload.length;
  check(wise, optionUint(first.options, optionNumber.size2) ?? 0, block.size);
  while (block.more) {
    check(wise, received + 1, block.size);
    const next = await wise.send(nextBlockRequest(request, received, block.size));
    if (!isSuccess(next.code)) return next;
    if (etagOf(next) !== etagOf(first)) return undefined;
    block = checkedBlock(wise, next, received);
    parts.push(next.payload);
    received += next.payload.length;
  }
  return { ...first, payload: Buffer.concat(parts) };
}

function nextBlockRequest(request: Envelope, received: number, size: number): Envelope {
  const { options } = withoutObserve(request);
  const others = options.filter(({ number }) => number !== optionNumber.block2);
  const block = blockOption(optionNumber.block2, {
    num: received / Math.min(size, maxBlockSize),
    more: false,
    size,
  });
  // A FETCH is nothing without its payload; other methods go on without (RFC 7959 section 3.3).
  const payload = request.code === methodCode.FETCH ? request.payload : emptyBytes;
  return { ...request, options: [...others, block], payload };
}

function withoutObserve(request: Envelope): Envelope {
  return { ...request, options: request.options.filter(({ number }) => number !== optionNumber.observe) };
}

/** Every block but the last is full (RFC 7959 section 2.2). */
function checkedBlock({ capacity }: BlockWise, { options, payload }: Envelope, received: number): Block {
  const block = readBlock(options, optionNumber.block2);
  const isNext = block !== undefined && startOf(block) === received && (capacity || block.size !== bertSize);
  if (isNext && (block.more ? isFull(block, payload.length) : isLast(block, payload.length))) return block;
  throw broken('a block is not the one that was asked for');
}

const isLast = ({ size }: Block, length: number): boolean => size === bertSize || length <= size;

function check({ maxBody }: BlockWise, length: number, size: number): void {
  const most = Math.min(maxBody, mostBlocks * Math.min(size, maxBlockSize));
  if (length <= most) return;
  const message = `The answer has more than ${most} bytes; read less of it at once.`;
  throw new WotError('too-large', 'RESPONSE_TOO_LARGE', message);
}

const etagOf = ({ options }: Envelope): string | undefined =>
  optionBytes(options, optionNumber.etag)?.toString('hex');

function contentChanged(): WotError {
  return new WotError(
    'conflict',
    'CONTENT_CHANGED',
    'The content changed again and again while it was fetched in blocks; try again later.',
  );
}
