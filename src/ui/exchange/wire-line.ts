import type { WireMessage } from '../../contracts/binding.ts';
import type { WireLine } from '../page-data.ts';

/** Bytes of a body that are shown. */
const mostShown = 64 * 1024;
const longestField = 4096;

/** A message as a line: its body as text where it is that, and cut where it is long. */
export function wireLine({ body, fields, ...message }: WireMessage): WireLine {
  return {
    line: 'wire',
    ...message,
    fields: fields.map(([name, value]) => [name, value.slice(0, longestField)]),
    ...(body === undefined ? {} : { size: body.length, ...shown(body) }),
  };
}

function shown(body: Uint8Array): Pick<WireLine, 'text' | 'base64'> {
  const part = body.subarray(0, mostShown);
  try {
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    // In a stream the character that a cut divides is left out.
    return { text: utf8.decode(part, { stream: part.length < body.length }) };
  } catch {
    return { base64: Buffer.from(part).toString('base64') };
  }
}
