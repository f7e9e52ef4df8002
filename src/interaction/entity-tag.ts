import { createHash } from 'node:crypto';

/** A strong validator of these bytes, quoted (RFC 9110 section 8.8.3). */
export function entityTag(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}
