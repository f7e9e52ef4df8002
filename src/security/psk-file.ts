import { readFileSync, statSync } from 'node:fs';
import process from 'node:process';
import type { PskCredentials } from '../contracts/access.ts';
import { WotError } from '../contracts/errors.ts';

const leastBytes = 16;
const mostIdentityBytes = 128; // RFC 4279 section 5.3: what every peer takes
const line = /^([^:]+):((?:[0-9a-f]{2})*)$/i;

/**
 * Reads pre-shared keys by identity from a file of lines `identity:key`, the key in hexadecimal, as Mosquitto has them;
 * empty lines and those that begin with # are skipped. WotError `invalid` PSK_FILE_UNREADABLE or PSK_FILE_INVALID.
 */
export function readPskFile(file: string): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(pskEntries(textOf(file), file));
}

/** Reads what stands first in such a file, for who proves itself by it; fails as `readPskFile` does. */
export function readFirstPsk(file: string): PskCredentials {
  const [[identity, key] = ['', Buffer.alloc(0)]] = pskEntries(textOf(file), file);
  return { identity, key };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = `The key file ${file} cannot be read: ${(cause as Error).message}; check the path.`;
    throw new WotError('invalid', 'PSK_FILE_UNREADABLE', message, { cause });
  }
}

/** Whether every user of this machine may read a file that was just read. */
export function isReadableByAll(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o004) !== 0;
}

/** The keys in the text of such a file, which messages call `name`; in their order, which an object does not keep where an identity is a number. */
export function pskEntries(text: string, name: string): ReadonlyMap<string, Buffer> {
  const keys = new Map<string, Buffer>();
  for (const [at, each] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(each)) continue;
    const [, identity = '', hex = ''] = line.exec(each.trim()) ?? [];
    const where = `${name} line ${at + 1}`;
    if (identity === '') throw malformed(`${where} is not identity:key with the key in hexadecimal`);
    if (Buffer.byteLength(identity) > mostIdentityBytes)
      throw malformed(`${where} has an identity of more than ${mostIdentityBytes} bytes`);
    if (hex.length < 2 * leastBytes) throw malformed(`${where} has a key of fewer than ${leastBytes} bytes`);
    if (keys.has(identity)) throw malformed(`${where} names ${JSON.stringify(identity)} again`);
    keys.set(identity, Buffer.from(hex, 'hex'));
  }
  if (keys.size === 0) throw malformed(`${name} has no key`);
  return keys;
}

function malformed(what: string): WotError {
  const message = `${what}; write lines such as valve-1:$(openssl rand -hex 16).`;
  return new WotError('invalid', 'PSK_FILE_INVALID', message);
}
