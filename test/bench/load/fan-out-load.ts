import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Load, LoadResult } from '../bench-messages.ts';

/** How a fan-out looks on the wire. */
export interface FanOut {
  /** What a subscriber sends. */
  readonly opening: Buffer;
  /** Counts what ends in each chunk that a subscriber receives: first the word that it is subscribed, then events. */
  counter(answer: (bytes: Buffer) => void): (chunk: Buffer) => number;
  /** Events that are asked for at once. */
  readonly batch?: number;
  /** Has so many events emitted; default by invoking an action over HTTP. */
  ask?(count: number): Promise<void>;
}

const batchesUnderWay = 2;
const patience = 2000;

/** Receives the same events on many connections, asked for in batches by invoking an action that emits them. */
export async function fanOutLoad(
  { target, seconds, subscribers }: Load,
  { opening, counter, batch = 5, ask: askFor = (count) => emitBatch(String(target.invoke), count) }: FanOut,
): Promise<LoadResult> {
  let asked = 0;
  let received = 0;
  let failed = 0;
  let tell: () => void = () => {};
  const take = (count: number) => {
    received += count;
    tell();
  };
  const sockets = await Promise.all(
    Array.from({ length: subscribers }, () => open(target.url, { opening, counter }, take)),
  );
  const size = batch * subscribers;
  const ask = (): void => {
    asked += size;
    askFor(batch).catch(() => {
      failed += size;
    });
  };
  const start = performance.now();
  const until = start + seconds * 1000;
  await new Promise<void>((resolve) => {
    const givenUp = setTimeout(resolve, seconds * 1000 + patience);
    tell = () => {
      while (performance.now() < until && asked - received <= (batchesUnderWay - 1) * size) ask();
      if (received < asked) return;
      clearTimeout(givenUp);
      resolve();
    };
    for (let under = 0; under < batchesUnderWay; under++) ask();
  });
  const took = (performance.now() - start) / 1000;
  for (const socket of sockets) socket.destroy();
  return { done: received, failed: Math.max(asked - received, failed), seconds: took };
}

async function emitBatch(action: string, count: number): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(action, { method: 'POST', headers, body: String(count) });
  if (status !== 204) throw new Error(`${action} answered ${status}.`);
}

/** Resolves with the connection when it is subscribed. */
async function open(
  url: string,
  { opening, counter }: Pick<FanOut, 'opening' | 'counter'>,
  take: (count: number) => void,
): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(opening);
  const count = counter((bytes) => socket.write(bytes));
  return new Promise((resolve, reject) => {
    let subscribed = false;
    socket.on('data', (chunk: Buffer) => {
      const counted = count(chunk);
      if (!subscribed && counted > 0) {
        subscribed = true;
        take(counted - 1);
        resolve(socket);
      } else if (counted > 0) take(counted);
    });
    socket.on('error', reject);
    socket.on('close', () =>
      reject(new Error(`A subscriber of ${url} was not let in or lost its connection.`)),
    );
  });
}
