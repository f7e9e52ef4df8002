import { asksBeginning, readBlock } from '../messages/block.ts';
import { isSafe, isSuccess } from '../messages/coap-code.ts';
import { type CoapOption, type Envelope, emptyBytes, encodeMessage } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, uintOption } from '../messages/coap-option.ts';
import type { Allowance } from './allowance.ts';
import type { Inbound, TokenEnvelope } from './endpoint.ts';

/**
 * The response as the peer may have it before it is verified: the first block of a success or an error without its
 * payload, with an Echo option where there is room for it, else 4.01 with one (RFC 9175 section 2.4).
 */
export function fittedResponse(response: Envelope, { peer, token, code, options }: Inbound): Envelope {
  const { allowance } = peer;
  if (allowance === undefined) return response;
  // What was carried out must not be asked for again.
  const others =
    asksBeginning(options) && !isSafe(code) ? stripped(response, allowance) : challenges(allowance);
  return (
    fitting(complete(response, allowance), token, allowance) ??
    fitting(others, token, allowance) ??
    bare(response)
  );
}

/** A notification as the peer may have it before it is verified; one that is too large stays as it is, and is not sent. */
export function fittedNotification(notification: TokenEnvelope, allowance?: Allowance): TokenEnvelope {
  if (allowance === undefined) return notification;
  return { ...notification, ...fitting(complete(notification, allowance), notification.token, allowance) };
}

/** Bytes of a message with this content. */
export function sizeOf(content: Envelope, token: Buffer): number {
  return encodeMessage({ ...content, token, type: 'NON', id: 0 }).length;
}

function fitting(candidates: Iterable<Envelope>, token: Buffer, { room }: Allowance): Envelope | undefined {
  for (const candidate of candidates) if (sizeOf(candidate, token) <= room) return candidate;
  return undefined;
}

/** What tells the whole: of an error its code does. */
function* complete(response: Envelope, allowance: Allowance): Iterable<Envelope> {
  const { options } = response;
  const isCut = readBlock(options, optionNumber.block2)?.more === true;
  if (isCut && optionBytes(options, optionNumber.echo) === undefined) yield withEcho(response, allowance);
  yield response;
  if (!isSuccess(response.code)) yield* stripped(response, allowance);
}

function* stripped({ code, options }: Envelope, allowance: Allowance): Iterable<Envelope> {
  const kept = options.filter(({ number }) => !ofPayload.includes(number));
  const response = { code, options: kept, payload: emptyBytes };
  yield withEcho(response, allowance);
  yield response;
  yield bare(response);
}

function* challenges(allowance: Allowance): Iterable<Envelope> {
  const challenge = bare({ code: '4.01' });
  yield withEcho({ ...challenge, options: [uintOption(optionNumber.maxAge, 0)] }, allowance); // no cache gives it to others
  yield withEcho(challenge, allowance);
  yield challenge;
}

const bare = ({ code }: Pick<Envelope, 'code'>): Envelope => ({ code, options: [], payload: emptyBytes });

function withEcho(response: Envelope, { echo }: Allowance): Envelope {
  const option: CoapOption = { number: optionNumber.echo, value: echo };
  return { ...response, options: [...response.options, option] };
}

const ofPayload: readonly number[] = [
  optionNumber.contentFormat,
  optionNumber.etag,
  optionNumber.block2,
  optionNumber.size2,
];
