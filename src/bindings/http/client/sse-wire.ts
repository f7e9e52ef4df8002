import type { WireMessage } from '../../../contracts/binding.ts';

/** Characters of one block; what is longer is told in parts. */
const longest = 1024 * 1024;
const utf8 = new TextEncoder();

type Tell = (message: Omit<WireMessage, 'at' | 'protocol'>) => void;

/** Tells of the blocks of an event stream as they come: events, comments and whatever else it holds. */
export class SseWire {
  readonly #tell: Tell;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  push(bytes: Uint8Array): void {
    const blocks = (this.#text + this.#decoder.decode(bytes, { stream: true })).split(/\r\n\r\n|\n\n|\r\r/);
    const last = blocks.pop() ?? '';
    const isLong = last.length > longest;
    this.#text = isLong ? '' : last;
    for (const block of isLong ? [...blocks, last] : blocks) this.#block(block);
  }

  #block(block: string): void {
    const fields = block
      .split(/\r\n|\r|\n/)
      .filter((line) => line !== '')
      .map(fieldOf);
    if (fields.length === 0) return;
    const data = fields.flatMap(([name, value]) => (name === 'data' ? [value] : []));
    const others = fields.filter(([name, value]) => name !== 'data' && name + value !== '');
    const event = others.findLast(([name]) => name === 'event')?.[1] ?? 'message';
    const isComment = fields.every(([name]) => name === '');
    const start = isComment ? 'comment' : data.length === 0 ? 'event' : `event ${event}`;
    const body = data.length === 0 ? {} : { body: utf8.encode(data.join('\n')) };
    this.#tell({ direction: 'received', start, fields: others, ...body });
  }
}

function fieldOf(line: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
  return [name, value];
}
