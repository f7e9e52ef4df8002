import { bertSize, maxBlockSize } from '../messages/block.ts';
import { methodCode } from '../messages/coap-code.ts';
import { type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { download } from './block-download.ts';
import { sizeHint, type Uploaded, upload } from './block-upload.ts';
import { type BlockWise, earlySize, requestTag } from './block-wise.ts';

// Their answers may be large, and two of them at once must not be taken for one (RFC 9175 section 3.3).
const tagged: readonly string[] = [methodCode.POST, methodCode.FETCH];

/** Sends a request of any size and gives its whole response (RFC 7959); the response may be an error. */
export async function transfer(wise: BlockWise, plain: Envelope): Promise<Envelope> {
  const { request, response } = await sent(wise, plain);
  return download(wise, request, response);
}

/** The blocks in which a body travels that one message cannot carry. */
function usualSize({ blockSize, capacity }: BlockWise): number {
  if (capacity?.bert && blockSize === maxBlockSize) return bertSize;
  return 2 ** Math.floor(Math.log2(Math.min(blockSize, capacity?.payload ?? blockSize)));
}

async function sent(wise: BlockWise, plain: Envelope): Promise<Uploaded> {
  const { payload } = plain;
  const most = wise.capacity?.payload ?? wise.blockSize;
  if (payload.length > most) return uploaded(wise, plain, usualSize(wise));
  const tag = tagged.includes(plain.code) ? [requestTag()] : [];
  const request = { ...plain, options: [...plain.options, ...earlySize(wise), ...tag] };
  const response = await wise.send(request);
  const hint = sizeHint(response, maxBlockSize);
  if (response.code !== '4.13' || hint >= payload.length) return { request, response };
  return uploaded(wise, plain, hint);
}

async function uploaded(wise: BlockWise, plain: Envelope, size: number): Promise<Uploaded> {
  const { request, response } = await upload(wise, plain, size);
  return { request: { ...request, payload: emptyBytes }, response };
}
