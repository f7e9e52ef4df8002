import { createHistogram } from 'node:perf_hooks';
import { benchId, type Load, type LoadResult } from '../bench-messages.ts';
import { answer, cpuTime } from '../bench-process.ts';

/** Ways to read the property at a URL; what is made once for all reads is made first. */
export type Readers = Readonly<Record<string, (url: string) => Promise<() => Promise<unknown>>>>;

/** As many requests are outstanding. */
export const atOnce = 10;

/** Reads as it is told. */
export function runClient(readers: Readers): void {
  const opened = new Map<string, Promise<() => Promise<unknown>>>();
  answer((message: 'cpu' | 'calls' | Load) => {
    if (message === 'cpu') return cpuTime();
    if (message === 'calls') return 0;
    const { kind, target } = message;
    const reader = opened.get(kind) ?? readers[kind]?.(target.url);
    if (!reader) throw new Error(`This client does not ${kind}.`);
    opened.set(kind, reader);
    return reader.then((read) => readFor(message.seconds, read));
  });
}

async function readFor(seconds: number, read: () => Promise<unknown>): Promise<LoadResult> {
  const latencies = createHistogram();
  const start = performance.now();
  let failed = 0;
  const readOn = async () => {
    for (let now = performance.now(); now < start + seconds * 1000; ) {
      const value = await read();
      const then = performance.now();
      if (value === 21) latencies.record(Math.ceil((then - now) * 1000));
      else failed++;
      now = then;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, readOn));
  return {
    done: latencies.count,
    failed,
    seconds: (performance.now() - start) / 1000,
    p99: latencies.percentile(99) / 1000,
  };
}

/** A TD of the property at a URL. */
export const tdOf = (url: string) =>
  ({
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    id: benchId,
    title: 'Bench',
    security: 'none',
    securityDefinitions: { none: { scheme: 'nosec' } },
    properties: {
      level: {
        type: 'integer',
        minimum: 0,
        maximum: 100,
        forms: [{ href: url, contentType: 'application/json', op: 'readproperty' }],
      },
    },
  }) as const;
