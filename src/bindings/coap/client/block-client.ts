import { randomBytes } from 'node:crypto';
import { WotError } from '../../../contracts/errors.ts';
import { type Block, blockOption, maxBlockSize, readBlock } from '../messages/block.ts';
import { methodCode } from '../messages/coap-code.ts';
import { type CoapOption, type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, uintOption } from '../messages/coap-option.ts';

/** Sends one message and gives its response. */
export type Send = (message: Envelope) => Promise<Envelope>;

const maxBody = 64 * 1024 * 1024;
const restartsAtMost = 3;

/** Distinguishes block-wise requests to one resource that go on at the same time (RFC 9175 section 3.3). */
export const requestTag = (): CoapOption => ({ number: optionNumber.requestTag, value: randomBytes(4) });

/** Sends a request of any size and gives its whole response (RFC 7959); the response may be an error. */
export async function transfer(send: Send, plain: Envelope): Promise<Envelope> {
  const isGet = plain.code === methodCode.GET;
  const request = isGet ? plain : { ...plain, options: [...plain.options, requestTag()] };
  const { payload } = request;
  if (payload.length <= maxBlockSize) {
    const response = await send(request);
    const wished = readBlock(response.options, optionNumber.block1);
    const whole = response.code !== '4.13' || wished === undefined || wished.size >= payload.length;
    return whole ? rest(send, request, response) : upload(send, request, wished.size);
  }
  return upload(send, request, maxBlockSize);
}

async function upload(send: Send, request: Envelope, firstSize: number): Promise<Envelope> {
  const { payload } = request;
  let size = firstSize;
  for (let sent = 0; sent < payload.length; ) {
    const chunk = payload.subarray(sent, sent + size);
    const block = blockOption(optionNumber.block1, {
      num: sent / size,
      more: sent + size < payload.length,
      size,
    });
    const total = sent === 0 ? [uintOption(optionNumber.size1, payload.length)] : [];
    const response = await send({
      ...request,
      options: [...request.options, block, ...total],
      payload: chunk,
    });
    const wished = readBlock(response.options, optionNumber.block1)?.size ?? size;
    const shrink = response.code === '4.13' && sent === 0 && wished < size; // RFC 7959 section 2.9.3
    if (response.code !== '2.31' && !shrink) return rest(send, { ...request, payload: emptyBytes }, response);
    if (!shrink) sent += chunk.length;
    size = Math.min(size, wished);
  }
  throw broken('it asked for more blocks than there are');
}

/**
 * Fetches what follows the first block of a response. A GET whose content changes meanwhile begins again (RFC 7959
 * section 2.4), three times at most; then, and for other methods, it rejects with `conflict` CONTENT_CHANGED.
 */
export async function rest(send: Send, request: Envelope, first: Envelope): Promise<Envelope> {
  let begun = first;
  for (let left = restartsAtMost; ; left--) {
    const whole = await follow(send, request, begun);
    if (whole !== undefined) return whole;
    if (left === 0 || request.code !== methodCode.GET) throw contentChanged();
    begun = await send(withoutObserve(request));
  }
}

/** The whole response that begins with this block, or undefined where the content changed. */
async function follow(send: Send, request: Envelope, first: Envelope): Promise<Envelope | undefined> {
  let block = readBlock(first.options, optionNumber.block2);
  if (block === undefined || !block.more) return first;
  const parts = [first.payload];
  let received = first.payload.length;
  while (block.more) {
    const next: Envelope = await send(nextBlockRequest(request, received, block.size));
    if (!next.code.startsWith('2.')) return next;
    if (etagOf(next) !== etagOf(first)) return undefined;
    block = checkedBlock(next, received);
    parts.push(next.payload);
    received += next.payload.length;
    if (received > maxBody)
      throw new WotError('too-large', 'RESPONSE_TOO_LARGE', `The answer has more than ${maxBody} bytes.`);
  }
  return { ...first, payload: Buffer.concat(parts) };
}

function nextBlockRequest(request: Envelope, received: number, size: number): Envelope {
  const { options } = withoutObserve(request);
  const block = blockOption(optionNumber.block2, { num: received / size, more: false, size });
  // A FETCH is nothing without its payload; other methods go on without (RFC 7959 section 3.3).
  const payload = request.code === methodCode.FETCH ? request.payload : emptyBytes;
  return { ...request, options: [...options, block], payload };
}

function withoutObserve(request: Envelope): Envelope {
  return { ...request, options: request.options.filter(({ number }) => number !== optionNumber.observe) };
}

function checkedBlock({ options, payload }: Envelope, received: number): Block {
  const block = readBlock(options, optionNumber.block2);
  if (block !== undefined && block.num * block.size === received && payload.length > 0) return block;
  throw broken('a block is not the one that was asked for');
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

function broken(what: string): WotError {
  return new WotError(
    'unavailable',
    'PROTOCOL_BROKEN',
    `The peer does not keep to block-wise CoAP: ${what}.`,
  );
}
