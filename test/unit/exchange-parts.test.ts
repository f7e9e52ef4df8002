import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../src/consumer/exchange.ts';
import { LineStream } from '../../src/ui/exchange/line-stream.ts';
import { OpenedThings } from '../../src/ui/exchange/opened-things.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** A response whose reader reads when it is told to. */
class SlowResponse extends EventEmitter {
  readonly written: string[] = [];
  isDestroyed = false;
  #unread: (() => void)[] = [];

  writeHead(): void {}

  write(bytes: Buffer, read: () => void): void {
    this.written.push(bytes.toString());
    this.#unread.push(read);
  }

  end(): void {
    this.written.push('end');
  }

  destroy(): void {
    this.isDestroyed = true;
    this.emit('close');
  }

  read(): void {
    for (const read of this.#unread.splice(0)) read();
  }
}

describe('lines', () => {
  const change = { line: 'change', value: 'x'.repeat(400_000) } as const;

  function stream() {
    const clock = fakeClock();
    const response = new SlowResponse();
    const lines = new LineStream(response as unknown as ServerResponse, clock);
    const told = () => response.written.map((text) => (text.startsWith('{') ? JSON.parse(text).line : text));
    return { clock, response, lines, told };
  }

  test('that a slow reader cannot take are left out and counted, save the last one', () => {
    const { lines, response, told } = stream();
    for (let count = 0; count < 6; count++) lines.tell(change);
    expect(told()).toEqual(['change', 'change', 'change']);
    lines.mustTell({ line: 'ended' });
    expect(response.written.slice(3).map((text) => JSON.parse(text))).toEqual([
      { line: 'dropped', count: 3 },
      { line: 'ended' },
    ]);
    response.read();
    lines.tell(change);
    lines.end();
    lines.tell(change);
    expect(told().slice(5)).toEqual(['change', 'end']);
  });

  test('beat while nothing comes, and a reader that takes nothing is cut off', () => {
    const { clock, lines, response, told } = stream();
    clock.advance(15_000);
    lines.tell({ line: 'resumed' });
    response.read();
    clock.advance(15_000);
    expect(told()).toEqual(['resumed', '\n']);
    response.read();
    for (let count = 0; count < 4; count++) lines.tell(change);
    clock.advance(60_000);
    expect(response.isDestroyed).toBe(false);
    clock.advance(15_000);
    expect([response.isDestroyed, told().length]).toEqual([true, 5]);
    lines.tell(change);
    clock.advance(60_000);
    expect(told().length).toBe(5);
  });
});

describe('opened Things', () => {
  const limits = { signal: new AbortController().signal, timeout: 1000 };
  const thing = (key: string) => ({ key, source: { title: key } });
  const self = async (exchange: Exchange) => exchange;

  function opened() {
    const clock = fakeClock();
    const stopped = new AbortController();
    return { clock, stopped, things: new OpenedThings(clock, stopped.signal) };
  }

  const isClosed = (exchange: Exchange) => exchange.signal({}).aborted;

  test('are shared until half a minute after their last use', async () => {
    const { clock, things } = opened();
    const [first, second] = await Promise.all([
      things.use(thing('a'), limits, self),
      things.use(thing('a'), limits, self),
    ]);
    expect(second).toBe(first);
    clock.advance(29_000);
    expect(await things.use(thing('a'), limits, self)).toBe(first);
    clock.advance(29_000);
    expect(isClosed(first)).toBe(false);
    clock.advance(1000);
    expect(isClosed(first)).toBe(true);
    expect(await things.use(thing('a'), limits, self)).not.toBe(first);
  });

  test('are opened again after a minute, and closed when their users have left', async () => {
    const { clock, things } = opened();
    const first = await things.use(thing('a'), limits, async (exchange) => {
      clock.advance(60_000);
      expect(await things.use(thing('a'), limits, self)).not.toBe(exchange);
      expect(isClosed(exchange)).toBe(false);
      return exchange;
    });
    expect(isClosed(first)).toBe(true);
  });

  test('are not too many, and none when the page is taken off', async () => {
    const { stopped, things } = opened();
    const all: Exchange[] = [];
    for (let index = 0; index < 40; index++) all.push(await things.use(thing(`${index}`), limits, self));
    expect(all.map(isClosed)).toEqual(all.map((_, index) => index < 8));
    stopped.abort();
    expect(all.every(isClosed)).toBe(true);
  });

  test('that are none are tried again', async () => {
    const { things } = opened();
    const broken = { key: 'x', source: { title: 1 } as never };
    for (const _ of [1, 2])
      await expect(things.use(broken, limits, self)).rejects.toMatchObject({ code: 'TD_INVALID' });
    expect((await things.use(thing('x'), limits, self)).td.title).toBe('x');
  });
});
