import { encodePlain } from './plain-data.ts';

interface Writer {
  buffer: Buffer;
  length: number;
}

/** Writes plain data as CBOR (RFC 8949): definite lengths, shortest integers, floats of 4 bytes where they lose nothing. */
export function encodeCbor(value: unknown): Uint8Array {
  return encodePlain('CBOR', value, writeCbor);
}

/** Writes without a check what a format on top of CBOR is made of: plain data, byte strings, and Maps for keys that are integers. */
export function writeCbor(value: unknown): Uint8Array {
  const writer: Writer = { buffer: Buffer.allocUnsafe(128), length: 0 };
  writeItem(writer, value);
  return writer.buffer.subarray(0, writer.length);
}

function writeItem(writer: Writer, value: unknown): void {
  if (typeof value === 'string') writeText(writer, value);
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (typeof value === 'boolean') writeByte(writer, value ? 0xf5 : 0xf4);
  else if (value === null || value === undefined) writeByte(writer, 0xf6);
  else if (Array.isArray(value)) writeArray(writer, value);
  else if (value instanceof Uint8Array) writeBytes(writer, value);
  else if (value instanceof Map) writeMap(writer, value);
  else writeObject(writer, value as object);
}

function writeArray(writer: Writer, items: readonly unknown[]): void {
  writeHead(writer, 4, items.length);
  for (const item of items) writeItem(writer, item);
}

function writeObject(writer: Writer, value: object): void {
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    writeItem(writer, value.toJSON());
    return;
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  writeHead(writer, 5, members.length);
  for (const [name, member] of members) {
    writeText(writer, name);
    writeItem(writer, member);
  }
}

function writeMap(writer: Writer, map: ReadonlyMap<unknown, unknown>): void {
  writeHead(writer, 5, map.size);
  for (const [key, member] of map) {
    writeItem(writer, key);
    writeItem(writer, member);
  }
}

function writeBytes(writer: Writer, value: Uint8Array): void {
  writeHead(writer, 2, value.length);
  reserve(writer, value.length);
  writer.buffer.set(value, writer.length);
  writer.length += value.length;
}

function writeText(writer: Writer, value: string): void {
  const length = Buffer.byteLength(value);
  writeHead(writer, 3, length);
  reserve(writer, length);
  writer.length += writer.buffer.write(value, writer.length);
}

function writeNumber(writer: Writer, value: number): void {
  if (Number.isSafeInteger(value)) {
    if (value < 0) writeHead(writer, 1, -1 - value);
    else writeHead(writer, 0, value);
    return;
  }
  reserve(writer, 9);
  const single = Math.fround(value) === value;
  writer.buffer[writer.length++] = single ? 0xfa : 0xfb;
  writer.length = single
    ? writer.buffer.writeFloatBE(value, writer.length)
    : writer.buffer.writeDoubleBE(value, writer.length);
}

/** Major type and argument in the shortest form (RFC 8949 section 4.2.1). */
function writeHead(writer: Writer, major: number, argument: number): void {
  reserve(writer, 9);
  const start = writer.length++;
  const { buffer } = writer;
  let info = argument;
  if (argument > 0xffffffff) {
    info = 27;
    writer.length = buffer.writeBigUInt64BE(BigInt(argument), writer.length);
  } else if (argument > 0xffff) {
    info = 26;
    writer.length = buffer.writeUInt32BE(argument, writer.length);
  } else if (argument > 0xff) {
    info = 25;
    writer.length = buffer.writeUInt16BE(argument, writer.length);
  } else if (argument > 23) {
    info = 24;
    writer.length = buffer.writeUInt8(argument, writer.length);
  }
  buffer[start] = (major << 5) | info;
}

function writeByte(writer: Writer, byte: number): void {
  reserve(writer, 1);
  writer.buffer[writer.length++] = byte;
}

function reserve(writer: Writer, size: number): void {
  if (writer.length + size <= writer.buffer.length) return;
  const larger = Buffer.allocUnsafe(Math.max(writer.buffer.length * 2, writer.length + size));
  writer.buffer.copy(larger, 0, 0, writer.length);
  writer.buffer = larger;
}
