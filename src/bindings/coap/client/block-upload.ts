import { WotError } from '../../../contracts/errors.ts';
import { type Block, blockOption, maxBlockSize, readBlock, spanOf } from '../messages/block.ts';
import { isSuccess } from '../messages/coap-code.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionNumber, uintOption } from '../messages/coap-option.ts';
import { type BlockWise, broken, earlySize, mostBlocks, requestTag } from './block-wise.ts';
import { newToken } from './tokens.ts';

/** A request as it was sent, with the response that it has got. */
export interface Uploaded {
  readonly request: Envelope;
  readonly response: Envelope;
}

/**
 * Sends a request whose body goes in blocks (RFC 7959 section 2.5) and gives the first block of its response. It begins
 * again where the peer wants smaller blocks, and once where that has lost the blocks before; WotError `too-large`
 * REQUEST_TOO_LARGE where the blocks cannot be numbered.
 */
export async function upload(wise: BlockWise, whole: Envelope, size: number): Promise<Uploaded> {
  let wanted = size;
  let wasLost = false;
  for (;;) {
    const request = { ...whole, options: [...whole.options, requestTag()] };
    const response = await sendBlocks(wise, request, wanted);
    const hint = sizeHint(response, wanted);
    if (response.code === '4.13' && hint < wanted)
      wanted = hint; // RFC 7959 section 2.9.3
    else if (response.code === '4.08' && !wasLost)
      wasLost = true; // RFC 7959 section 2.9.2
    else return { request, response };
  }
}

/** Sends block after block; gives the response that ends it. */
async function sendBlocks(wise: BlockWise, request: Envelope, firstSize: number): Promise<Envelope> {
  const { payload, options } = request;
  const token = newToken();
  let size = firstSize;
  for (let sent = 0; ; ) {
    const unit = Math.min(size, maxBlockSize);
    if (payload.length > mostBlocks * unit) throw requestTooLarge(payload.length, unit);
    const end = sent + spanOf(size, wise.capacity?.payload);
    const block = { num: sent / unit, more: end < payload.length, size };
    const added = [
      blockOption(optionNumber.block1, block),
      ...(sent === 0 ? [uintOption(optionNumber.size1, payload.length)] : []),
      ...(block.more ? [] : earlySize(wise)),
    ];
    const part = { ...request, options: [...options, ...added], payload: payload.subarray(sent, end) };
    const response = await wise.send(part, token);
    if (!wantsMore(response, block)) return response;
    sent = end;
    size = sizeHint(response, size);
  }
}

/** Whether a block was taken and others follow; each may also have been carried out by itself (RFC 7959 section 2.3). */
function wantsMore({ code, options }: Envelope, sent: Block): boolean {
  if (code === '2.31' && !sent.more) throw broken('it asked for more blocks than there are');
  if (code === '2.31') return true;
  if (!sent.more || !isSuccess(code)) return false;
  if (readBlock(options, optionNumber.block1)?.num === sent.num) return true;
  throw broken('it took one block for the whole request');
}

/** The size that a peer wishes for the following blocks; larger ones than those sent are not for it to wish. */
export function sizeHint({ options }: Envelope, size: number): number {
  return Math.min(size, readBlock(options, optionNumber.block1)?.size ?? size);
}

function requestTooLarge(length: number, size: number): WotError {
  const message = `A body of ${length} bytes has too many blocks of ${size} bytes for CoAP; send less, or over another protocol.`;
  return new WotError('too-large', 'REQUEST_TOO_LARGE', message);
}
