import { createHistogram } from 'node:perf_hooks';
import autocannon from 'autocannon';
import type { Load, LoadResult, Target } from '../bench-messages.ts';

const usualConnections = 10;
/** How many of many Things each connection reads in turn. */
const readInTurn = 200;

/** Reads or writes properties over kept connections, ten or as many requests as are outstanding. */
export async function httpLoad(
  { target, seconds: duration, outstanding: connections = usualConnections }: Load,
  method: 'GET' | 'PUT',
): Promise<LoadResult> {
  const latencies = createHistogram();
  const result = await autocannon({
    url: target.url,
    duration,
    connections,
    sampleInt: 20,
    setupClient(client) {
      client.setRequests(method === 'PUT' ? writes : reads(target));
      client.on('response', (_status, _bytes, milliseconds) =>
        latencies.record(Math.ceil(milliseconds * 1000)),
      );
    },
  });
  return {
    done: result['2xx'],
    failed: result.non2xx + result.errors,
    seconds: (result.finish.getTime() - result.start.getTime()) / 1000,
    p99: latencies.percentile(99) / 1000,
  };
}

const headers = { 'content-type': 'application/json' };
const writes = ['41', '42'].map((body) => ({ method: 'PUT' as const, headers, body }));

function reads({ url, things }: Target): readonly autocannon.Request[] {
  if (things === undefined) return [{ method: 'GET' }];
  const { pathname } = new URL(url);
  return Array.from({ length: readInTurn }, () => {
    const path = decodeURI(pathname).replace('{n}', String(Math.floor(Math.random() * things)));
    return { method: 'GET', path };
  });
}
