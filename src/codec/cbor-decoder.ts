import { WotError } from '../contracts/errors.ts';
import { malformed, tooDeep } from './codec.ts';

interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly nesting: number;
  at: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const indefinite = -1;
const stop = 0xff;
/** Text date, epoch date, URI, self-described CBOR: their content says it all (RFC 8949 section 6.1). */
const transparentTags = new Set([0, 1, 32, 55799]);
const decimalFraction = 4;

/**
 * Reads one CBOR item as JSON data (RFC 8949 section 6.1): byte strings become base64url text, decimal fractions numbers,
 * the tags above their content, integer keys their decimal text. What JSON has no value for is refused: other tags and
 * keys, undefined, NaN, unsafe integers.
 */
export function decodeCbor(bytes: Uint8Array, nesting: number): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader: Reader = { bytes, view, nesting, at: 0 };
  try {
    const value = readItem(reader, 0);
    if (reader.at < bytes.length) throw fault(`bytes follow its end at ${reader.at}`);
    return value;
  } catch (cause) {
    if (cause instanceof WotError) throw cause;
    throw fault(cause instanceof RangeError ? 'it ends too early' : 'its text is not UTF-8', cause);
  }
}

function fault(reason: string, cause?: unknown): WotError {
  return malformed('CBOR', reason, cause);
}

function readItem(reader: Reader, depth: number): unknown {
  const start = reader.at;
  const first = reader.view.getUint8(reader.at++);
  const major = first >> 5;
  const info = first & 0x1f;
  if (major === 7) return readSimple(reader, info);
  const argument = readArgument(reader, info);
  if (argument === indefinite && !(major >= 2 && major <= 5)) throw fault(`byte ${start} is reserved`);
  switch (major) {
    case 0:
      return safe(argument, start);
    case 1:
      return safe(-1 - argument, start);
    case 2:
      return Buffer.concat(readChunks(reader, major, argument)).toString('base64url');
    case 3:
      return readChunks(reader, major, argument)
        .map((chunk) => utf8.decode(chunk))
        .join('');
    default:
      if (depth >= reader.nesting) throw tooDeep('CBOR', reader.nesting);
      return readNested(reader, major, argument, depth + 1);
  }
}

function readNested(reader: Reader, major: number, argument: number, depth: number): unknown {
  if (major === 4) return readArray(reader, argument, depth);
  if (major === 5) return readMap(reader, argument, depth);
  if (argument === decimalFraction) return readDecimal(reader, depth);
  if (!transparentTags.has(argument))
    throw fault(`tag ${argument} has no JSON value; send its plain content`);
  return readItem(reader, depth);
}

/** Exponent and mantissa to the base of ten (RFC 8949 section 3.4.4). */
function readDecimal(reader: Reader, depth: number): number {
  const start = reader.at;
  const parts = readItem(reader, depth);
  const value =
    Array.isArray(parts) && parts.length === 2 && parts.every(Number.isSafeInteger)
      ? Number(`${parts[1]}e${parts[0]}`)
      : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw fault(`the decimal fraction at byte ${start} is no finite number`);
}

function readArgument(reader: Reader, info: number): number {
  if (info < 24) return info;
  const at = reader.at;
  const size = info < 28 ? 1 << (info - 24) : 0;
  reader.at += size;
  switch (info) {
    case 24:
      return reader.view.getUint8(at);
    case 25:
      return reader.view.getUint16(at);
    case 26:
      return reader.view.getUint32(at);
    case 27:
      return Number(reader.view.getBigUint64(at));
    case 31:
      return indefinite;
    default:
      throw fault(`byte ${at - 1} is reserved`);
  }
}

function safe(value: number, at: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw fault(`the integer at byte ${at} is beyond 2^53 - 1`);
}

/** The strings of one definite or indefinite string, not copied. */
function readChunks(reader: Reader, major: number, length: number): Uint8Array[] {
  if (length !== indefinite) return [take(reader, length)];
  const chunks: Uint8Array[] = [];
  while (!atStop(reader)) {
    const first = reader.view.getUint8(reader.at++);
    const size = readArgument(reader, first & 0x1f);
    // RFC 8949 section 3.2.3
    if (first >> 5 !== major || size === indefinite) throw fault(`byte ${reader.at} does not begin a chunk`);
    chunks.push(take(reader, size));
  }
  return chunks;
}

function take(reader: Reader, length: number): Uint8Array {
  const start = reader.at;
  if (length > reader.bytes.length - start) throw new RangeError('string beyond the end');
  reader.at += length;
  return reader.bytes.subarray(start, reader.at);
}

function atStop(reader: Reader): boolean {
  const stops = reader.view.getUint8(reader.at) === stop;
  if (stops) reader.at++;
  return stops;
}

/** Whether another element follows, for definite and indefinite lengths. */
function more(reader: Reader, index: number, length: number): boolean {
  return length === indefinite ? !atStop(reader) : index < length;
}

function readArray(reader: Reader, length: number, depth: number): unknown[] {
  const items: unknown[] = [];
  while (more(reader, items.length, length)) items.push(readItem(reader, depth));
  return items;
}

function readMap(reader: Reader, length: number, depth: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (let index = 0; more(reader, index, length); index++) {
    const start = reader.at;
    const major = reader.view.getUint8(start) >> 5;
    if (major !== 3 && major > 1) throw fault(`the key at byte ${start} is neither text nor an integer`);
    const key = String(readItem(reader, depth));
    // RFC 8949 section 5.6
    if (Object.hasOwn(map, key)) throw fault(`the key at byte ${start} is there twice`);
    const value = readItem(reader, depth);
    if (key === '__proto__')
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    else map[key] = value;
  }
  return map;
}

function readSimple(reader: Reader, info: number): unknown {
  if (info >= 25 && info <= 27) return readFloat(reader, info);
  if (info === 20 || info === 21) return info === 21;
  if (info === 22) return null;
  throw fault(`the simple value at byte ${reader.at - 1} has no JSON value`);
}

function readFloat(reader: Reader, info: number): number {
  const at = reader.at;
  reader.at += 1 << (info - 24);
  const value =
    info === 25
      ? half(reader.view.getUint16(at))
      : info === 26
        ? reader.view.getFloat32(at)
        : reader.view.getFloat64(at);
  if (Number.isFinite(value)) return value;
  throw fault(`the number at byte ${at - 1} is not finite`);
}

/** A 16-bit float (RFC 8949 appendix D). */
function half(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return exponent === 31 ? Number.NaN : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
