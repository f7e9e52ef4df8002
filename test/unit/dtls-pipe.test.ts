import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { PipeReader, PipeWriter } from '../../src/bindings/coap/dtls/pipe.ts';

test('notes and messages arrive in their order, however the pipe cuts them', async () => {
  const pipe = new PassThrough();
  const writer = new PipeWriter<{ readonly n: number }>(pipe);
  writer.note({ n: 1 });
  expect(writer.message(7, Buffer.from('seven'))).toBe(true);
  expect(writer.message(8, Buffer.alloc(0))).toBe(true);
  expect(writer.message(0, Buffer.from('{"n":3}'))).toBe(false);
  writer.note({ n: 2 });
  writer.end();
  const chunks: Buffer[] = [];
  pipe.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(pipe, 'end');
  expect(chunks).toHaveLength(1);
  for (const size of [1, 3, 1000]) {
    const got: unknown[] = [];
    const reader = new PipeReader<{ readonly n: number }>({
      note: (note) => got.push(note),
      message: (session, bytes) => got.push([session, bytes.toString()]),
    });
    const bytes = Buffer.concat(chunks);
    for (let at = 0; at < bytes.length; at += size) reader.take(bytes.subarray(at, at + size));
    expect(got).toEqual([{ n: 1 }, [7, 'seven'], [8, ''], { n: 2 }]);
  }
});

test('messages for a side that does not read are dropped, notes are not', async () => {
  const pipe = new PassThrough();
  const writer = new PipeWriter<{ readonly n: number }>(pipe);
  const large = Buffer.alloc(1024 * 1024);
  const taken = Array.from({ length: 10 }, () => writer.message(1, large));
  expect(taken.filter(Boolean).length).toBeLessThan(6);
  writer.note({ n: 1 });
  writer.end();
  const notes: unknown[] = [];
  const reader = new PipeReader({ note: (note) => notes.push(note), message: () => undefined });
  pipe.on('data', (chunk: Buffer) => reader.take(chunk));
  await once(pipe, 'end');
  expect(notes).toEqual([{ n: 1 }]);
});
