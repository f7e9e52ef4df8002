import { decode, encode } from 'cbor2';
import type { Content } from '../../src/contracts/binding.ts';
import type { Value } from '../../src/contracts/interaction.ts';

/** Encodes as JSON or CBOR: the suite's own coding, so that a fault in the product's codecs shows. */
export function toContent(type: string, value: Value): Content {
  const body = isCbor(type) ? encode(value) : new TextEncoder().encode(JSON.stringify(value));
  return { type, body };
}

/** Decodes what must be of this type; nothing, or an empty body, is undefined. */
export function fromContent(type: string, content: Content | undefined): Value {
  if (content === undefined || content.body.byteLength === 0) return undefined;
  const found = content.type.replace(/\s*;.*$/, '').toLowerCase();
  if (found !== type) throw new Error(`Asked for ${type}, got ${content.type}`);
  if (isCbor(type)) return decode(content.body);
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content.body));
}

function isCbor(type: string): boolean {
  return /[/+]cbor\b/i.test(type);
}
