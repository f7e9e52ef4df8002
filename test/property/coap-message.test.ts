import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMessage, type Message, parseMessage } from '../../src/bindings/coap/messages/coap-message.ts';
import { optionUint, siftOptions, uintOption } from '../../src/bindings/coap/messages/coap-option.ts';
import { WotError } from '../../src/contracts/errors.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

const option = fc.record({
  number: fc.oneof(fc.nat(30), fc.nat(400), fc.nat(0xffff)),
  value: fc.oneof(bytes(20), bytes(400)),
});

const message: fc.Arbitrary<Message> = fc.record({
  type: fc.constantFrom('CON', 'NON', 'ACK', 'RST'),
  code: fc.constantFrom('0.01', '0.05', '2.05', '4.04', '5.00'),
  id: fc.nat(0xffff),
  token: bytes(8),
  options: fc.array(option, { maxLength: 12 }).map((options) => options.sort((a, b) => a.number - b.number)),
  payload: bytes(2000),
});

test('what is encoded is parsed again', () => {
  fc.assert(
    fc.property(message, (sent) => {
      expect(parseMessage(encodeMessage(sent))).toEqual(sent);
    }),
  );
});

test('any bytes are a message or a WotError', () => {
  fc.assert(
    fc.property(bytes(200), (datagram) => {
      const parsed = outcome(datagram);
      expect(parsed instanceof WotError ? parsed.code : parsed.id).toEqual(
        parsed instanceof WotError ? 'MESSAGE_MALFORMED' : datagram.readUInt16BE(2),
      );
    }),
    { numRuns: 5000 },
  );
});

test('a message with changed or cut bytes is a message or a WotError, and its options can be sifted', () => {
  const change = fc.record({ at: fc.nat(2000), byte: fc.nat(255), cut: fc.nat(2000) });
  fc.assert(
    fc.property(message, change, (sent, { at, byte, cut }) => {
      const datagram = encodeMessage(sent);
      datagram[at % datagram.length] = byte;
      const parsed = outcome(datagram.subarray(0, cut % (datagram.length + 1)));
      if (parsed instanceof WotError) expect(parsed.kind).toBe('invalid');
      else expect(siftOptions(parsed.options).options.length).toBeLessThanOrEqual(parsed.options.length);
    }),
    { numRuns: 5000 },
  );
});

test('an unsigned integer option is read as it was written, in its shortest form', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (value) => {
      const written = uintOption(14, value);
      expect(optionUint([written], 14)).toBe(value);
      expect(written.value[0]).not.toBe(0);
    }),
  );
});

function outcome(datagram: Buffer): Message | WotError {
  try {
    return parseMessage(datagram);
  } catch (error) {
    if (error instanceof WotError) return error;
    throw error;
  }
}
