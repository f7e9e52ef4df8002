import { type Codec, malformed, notSerialisable } from './codec.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** text/plain in UTF-8: strings; numbers and booleans are written as their text, and everything is read as a string. */
export const text: Codec = {
  mediaTypes: ['text/plain'],
  encode(value) {
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
