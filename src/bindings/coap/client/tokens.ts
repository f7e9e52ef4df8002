import { randomBytes } from 'node:crypto';

const length = 8;
const atOnce = 512;

let random = randomBytes(0);
let at = 0;

/** A token that nobody can guess (RFC 7252 section 5.3.1); random bytes are dear in small amounts. */
export function newToken(): Buffer {
  if (at === random.length) {
    random = randomBytes(length * atOnce);
    at = 0;
  }
  at += length;
  return random.subarray(at - length, at);
}
