import { hash } from 'node:crypto';
import type { Inbound } from '../endpoint/endpoint.ts';
import { methodCode } from '../messages/coap-code.ts';
import { optionBytes, optionNumber } from '../messages/coap-option.ts';

/** What may differ between the requests of one transfer. */
const notIdentifying: readonly number[] = [
  optionNumber.etag,
  optionNumber.observe,
  optionNumber.block1,
  optionNumber.block2,
  optionNumber.size1,
  optionNumber.size2,
  optionNumber.echo,
  optionNumber.noResponse,
];

/** Whether two requests ask for the same, so that one may fetch the blocks of what the other was answered. */
export function isSameTransfer(one: Inbound, other: Inbound): boolean {
  return transferKey(one) === transferKey(other);
}

/** Names a transfer: its peer, and what it asks for. */
export function transferKey({ peer, code, options, payload }: Inbound): string {
  const identifying = options.filter(({ number }) => !notIdentifying.includes(number));
  // RFC 8132 section 2.1: what a FETCH asks for stands in its body, which comes with every block of the answer.
  const isQuery =
    code === methodCode.FETCH && payload.length > 0 && !optionBytes(options, optionNumber.block1);
  return [
    peer.key,
    code,
    ...identifying.map(({ number, value }) => `${number}:${value.toString('hex')}`),
    ...(isQuery ? [hash('sha256', payload)] : []),
  ].join(' ');
}
