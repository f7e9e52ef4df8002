import type { Envelope } from './coap-message.ts';
import { optionBytes, optionNumber, optionUint } from './coap-option.ts';

/** Whether the peer wants to hear nothing of a response (RFC 7967 section 2.1); what goes on is always told. */
export function isUnwanted(request: Pick<Envelope, 'options'>, { code, options }: Envelope): boolean {
  const unwanted = optionUint(request.options, optionNumber.noResponse) ?? 0;
  if (unwanted === 0 || code === '2.31' || optionBytes(options, optionNumber.observe)) return false;
  return (unwanted & (1 << (Number(code[0]) - 1))) !== 0;
}
