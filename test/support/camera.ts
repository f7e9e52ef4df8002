import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { defineThing } from '../../src/td/define-thing.ts';

/** Bytes that are no UTF-8. */
export const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00]);
export const drawing = `<svg xmlns="http://www.w3.org/2000/svg">${'<g/>'.repeat(500)}</svg>`;
export const part = '--frame\r\ncontent-type: image/png\r\n\r\n';

const image = [{ contentType: 'image/png' }] as const;
const csv = [{ contentType: 'text/csv' }] as const;

/** A Thing whose payloads are of many content types, and what became of its streams. */
export function camera() {
  /** Endless streams that were opened, newest last. */
  const opened: PassThrough[] = [];
  const cancelled: string[] = [];
  const printed: unknown[] = [];
  const definition = defineThing(
    {
      title: 'Camera',
      properties: {
        name: { type: 'string' },
        zoom: { type: 'number', maximum: 10, observable: true },
        frame: { observable: true, forms: image },
        drawing: { readOnly: true, forms: [{ contentType: 'image/svg+xml' }] },
        log: { observable: true, forms: csv },
        place: { type: 'object', forms: [{ contentType: 'application/geo+json' }] },
        video: { readOnly: true, forms: [{ contentType: 'multipart/x-mixed-replace;boundary=frame' }] },
        ticker: { readOnly: true, forms: [{ contentType: 'application/x-ticks' }] },
        torn: { readOnly: true, forms: image },
        early: { readOnly: true, forms: image },
        wrong: { readOnly: true, forms: image },
      },
      actions: {
        snap: { output: {}, forms: [{ response: { contentType: 'image/png' } }] },
        print: {
          input: {},
          forms: [{ contentType: 'application/pdf', response: { contentType: 'text/plain' } }],
          output: { type: 'integer' },
        },
        turn: {
          forms: [{ contentType: 'application/octet-stream', response: { contentType: 'image/png' } }],
        },
        reset: {},
      },
      events: {
        motion: { data: {}, forms: image },
        line: { data: {}, forms: csv },
      },
    },
    (thing) => ({
      properties: {
        name: { initial: 'front' },
        zoom: { initial: 1.5 },
        frame: { initial: png },
        drawing: { read: () => drawing },
        log: { initial: 'a,b', written: (text) => thing.emit('line', `${text} was written`) },
        place: { initial: {} },
        video: {
          read() {
            const stream = new PassThrough();
            stream.write(part);
            opened.push(stream);
            return stream;
          },
        },
        ticker: {
          read: () =>
            new ReadableStream<Uint8Array>({
              start: (controller) => controller.enqueue(Buffer.from('tick')),
              cancel: () => void cancelled.push('ticker'),
            }),
        },
        torn: { read: () => Readable.from(tornPieces()) },
        early: { read: () => new Readable({ construct: (done) => done(new Error('no light')) }) },
        wrong: { read: () => 7 as never },
      },
      actions: {
        snap: () => Readable.from([png.subarray(0, 3), png.subarray(3)]),
        print: (input) => printed.push(input),
        turn: (input) => input.toReversed(),
        reset: () => undefined,
      },
    }),
  );
  return { definition, opened, cancelled, printed };
}

async function* tornPieces() {
  yield 'half of ';
  throw new Error('the lens fell off');
}
