import { type Codec, malformed, notSerialisable } from './codec.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** text/* in UTF-8: strings; numbers and booleans are written as their text, bytes as they are, and everything is read as a string. */
export const text: Codec = {
  mediaTypes: ['text/plain'],
  encode(value) {
    if (value instanceof Uint8Array) return value;
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw notSerialisable('text', 'only strings, numbers and booleans can');
    }
    return Buffer.from(String(value));
  },
  decode(bytes) {
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw malformed('text', 'it is not UTF-8', cause);
    }
  },
};
