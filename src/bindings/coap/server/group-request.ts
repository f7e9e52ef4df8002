import type { Inbound } from '../endpoint/endpoint.ts';
import { asksBeginning } from '../messages/block.ts';
import { methodCode } from '../messages/coap-code.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionNumber, optionTexts } from '../messages/coap-option.ts';

const discovered: readonly string[] = ['.well-known/core', '.well-known/wot'];

/** Within these milliseconds a group answers, each at a random time (RFC 7252 section 8.2). */
export const leisure = 5000;

/** A request to a group as it is served, without Observe; undefined for all but discovery, which nobody answers. */
export function groupRequest(request: Inbound): Inbound | undefined {
  try {
    const { code, options } = request;
    const path = optionTexts(options, optionNumber.uriPath).join('/');
    if (code !== methodCode.GET || !discovered.includes(path)) return undefined;
    if (!asksBeginning(options)) return undefined; // RFC 7959 section 2.8
  } catch {
    return undefined;
  }
  return { ...request, options: request.options.filter(({ number }) => number !== optionNumber.observe) };
}

/** Whether a group member says this: neither errors nor that nothing fits a filter (RFC 7252 section 8.2, RFC 6690 section 4.1). */
export function isGroupAnswer({ code, payload }: Envelope): boolean {
  return code === '2.05' && payload.length > 0;
}
