import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame, type Frame, FrameReader } from '../../src/bindings/coap/tcp/frame.ts';
import { WotError } from '../../src/contracts/errors.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const maxBytes = 200_000;

const option = fc.record({ number: fc.oneof(fc.nat(30), fc.nat(0xffff)), value: bytes(300) });

const frame: fc.Arbitrary<Frame> = fc.record({
  code: fc.constantFrom('0.00', '0.01', '2.05', '4.04', '7.01', '7.02'),
  token: bytes(8),
  options: fc.array(option, { maxLength: 6 }).map((options) => options.sort((a, b) => a.number - b.number)),
  payload: fc.oneof(
    bytes(20),
    bytes(400),
    fc.constantFrom(65_790, 65_804, 66_000).map((size) => Buffer.alloc(size, 7)),
  ),
});

/** The frames in these chunks, up to the error that ends them. */
function read(chunks: readonly Buffer[]): { readonly frames: readonly Frame[]; readonly error?: unknown } {
  const reader = new FrameReader(maxBytes);
  const frames: Frame[] = [];
  try {
    for (const chunk of chunks) {
      reader.push(chunk);
      for (let next = reader.next(); next !== undefined; next = reader.next()) {
        const { bytes: _, ...told } = next;
        frames.push(told);
      }
      expect(reader.waiting).toBeLessThanOrEqual(maxBytes + chunk.length);
    }
  } catch (error) {
    return { frames, error };
  }
  return { frames };
}

function chunksOf(stream: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(stream.length / size) }, (_, at) =>
    stream.subarray(at * size, (at + 1) * size),
  );
}

test('what is encoded is read again, however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 3000 }),
      (sent, size) => {
        const stream = Buffer.concat(sent.map(encodeFrame));
        expect(read([stream]).frames).toEqual(sent);
        expect(read(chunksOf(stream, size)).frames).toEqual(sent);
      },
    ),
    { numRuns: 100, seed: 8323 },
  );
});

test('cut at every byte, it is the same', () => {
  const sent: Frame[] = [
    {
      code: '0.01',
      token: Buffer.from('ab'),
      options: [{ number: 11, value: Buffer.from('things') }],
      payload: Buffer.alloc(0),
    },
    { code: '2.05', token: Buffer.alloc(0), options: [], payload: Buffer.alloc(300, 1) },
    { code: '7.02', token: Buffer.from('12345678'), options: [], payload: Buffer.alloc(0) },
  ];
  const stream = Buffer.concat(sent.map(encodeFrame));
  for (let at = 1; at < stream.length; at++) {
    expect(read([stream.subarray(0, at), stream.subarray(at)]).frames).toEqual(sent);
  }
  expect(read(chunksOf(stream, 1)).frames).toEqual(sent);
});

test('random and mutated streams are frames or a WotError, cut or whole', () => {
  const mutated = fc
    .tuple(
      fc.array(frame, { minLength: 1, maxLength: 2 }),
      fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 4 }),
    )
    .map(([frames, changes]) => {
      const stream = Buffer.concat(frames.map(encodeFrame)).subarray(0, 600);
      for (const [at, byte] of changes) stream[at % stream.length] = byte;
      return stream;
    });
  fc.assert(
    fc.property(fc.oneof(bytes(120), mutated), fc.integer({ min: 1, max: 40 }), (stream, size) => {
      const whole = read([stream]);
      const cut = read(chunksOf(stream, size));
      expect(cut.frames).toEqual(whole.frames);
      expect(cut.error).toEqual(whole.error);
      if (whole.error !== undefined) expect(whole.error).toBeInstanceOf(WotError);
    }),
    { numRuns: 20_000, seed: 20 },
  );
});

test.each([
  ['four gigabytes', 'f0ffffffff01', 'MESSAGE_TOO_LARGE'],
  ['a byte more than is allowed', 'f000020c2e01', 'MESSAGE_TOO_LARGE'],
  ['a reserved token length', '0901', 'MESSAGE_MALFORMED'],
])('%s is refused as soon as the header says so', (_, header, code) => {
  const reader = new FrameReader(maxBytes);
  reader.push(Buffer.from(header, 'hex'));
  expect(() => reader.next()).toThrow(expect.objectContaining({ code }));
});
