import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SseMessage, sseParser } from '../../src/bindings/http/client/sse-parser.ts';

const utf8 = new TextEncoder();

function parse(chunks: readonly Uint8Array[], limit?: number): { messages: SseMessage[]; retries: number[] } {
  const messages: SseMessage[] = [];
  const retries: number[] = [];
  const push = sseParser({ message: (m) => messages.push(m), retry: (ms) => retries.push(ms) }, limit);
  for (const chunk of chunks) push(chunk);
  return { messages, retries };
}

/** Cuts bytes at the given places, which may fall within a character or a CRLF. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
  return ends.slice(1).map((end, index) => bytes.subarray(ends[index], end));
}

const oneLine = fc.string({ unit: 'grapheme' }).map((text) => text.toWellFormed().replace(/[\r\n\0]/g, ''));
const block = fc.record({
  event: oneLine,
  id: oneLine,
  data: fc.array(oneLine, { minLength: 1, maxLength: 3 }),
  end: fc.constantFrom('\r', '\n', '\r\n'),
});
const places = fc.array(fc.nat(), { maxLength: 20 });

describe('sseParser', () => {
  it('gives back what was sent, wherever the chunks and whatever the line ends', () => {
    fc.assert(
      fc.property(fc.array(block), places, (blocks, at) => {
        const text = blocks.map(({ event, id, data, end }) => {
          const lines = [`event: ${event}`, `id: ${id}`, ...data.map((d) => `data: ${d}`)];
          return [':beat', ...lines, '', ''].join(end);
        });
        const { messages } = parse(cut(utf8.encode(text.join('')), at));
        const sent = blocks.map(({ event, id, data }) => ({
          event: event || 'message',
          id,
          data: data.join('\n'),
        }));
        expect(messages).toEqual(sent);
      }),
    );
  });

  it('reads any bytes alike in one piece and in many', () => {
    const lineBytes = fc
      .constantFrom('\r', '\n', '\r\n', 'data', ':', ' ', 'id', 'event', 'retry:1', 'ü')
      .map((t) => utf8.encode(t));
    const bytes = fc
      .array(fc.oneof(fc.uint8Array({ maxLength: 5 }), lineBytes))
      .map((parts) => new Uint8Array(Buffer.concat(parts)));
    fc.assert(
      fc.property(bytes, places, (whole, at) => {
        expect(parse(cut(whole, at))).toEqual(parse([whole]));
      }),
    );
  });

  it.each<[string, readonly Partial<SseMessage>[]]>([
    ['\uFEFFdata: a\n\n', [{ data: 'a', event: 'message', id: '' }]],
    ['data\n\ndata\ndata\n\ndata:', [{ data: '' }, { data: '\n' }]],
    ['data:test\n\ndata: test\n\n', [{ data: 'test' }, { data: 'test' }]],
    ['event: x\nid: 1\n\ndata: a\n\n', [{ data: 'a', event: 'message', id: '1' }]],
    ['id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n', [{ id: '1' }, { id: '1' }, { id: '' }]],
    ['id: 1\0\ndata: a\n\n', [{ id: '' }]],
    ['data:\n\n', [{ data: '' }]],
    ['data: a\r\rdata: b\r\n\r\n', [{ data: 'a' }, { data: 'b' }]],
    ['unknown: a\n: comment\n\n', []],
  ])('reads %j', (text, expected) => {
    expect(parse([utf8.encode(text)]).messages).toMatchObject(expected);
    expect(parse([utf8.encode(text)]).messages).toHaveLength(expected.length);
  });

  it('tells the reconnection time, digits alone', () => {
    expect(parse([utf8.encode('retry: 250\nretry: 1s\nretry\n')]).retries).toEqual([250]);
  });

  it('refuses an event above the limit, in one line or many', () => {
    expect(() => parse([utf8.encode('data: aaaa'), utf8.encode('aaaa')], 10)).toThrow(/more than 10/);
    expect(() => parse([utf8.encode('data: aaa\ndata: aaa\ndata: aaa\n')], 10)).toThrow(/more than 10/);
    expect(parse([utf8.encode('data: a\n\ndata: a\n\n')], 10).messages).toHaveLength(2);
    expect(parse([utf8.encode(':beat\n:beat\n:beat\n')], 10).messages).toEqual([]);
  });
});
