import autocannon from 'autocannon';
import type { LoadResult } from '../bench-messages.ts';

/** Reads or writes a property over ten kept connections. */
export async function httpLoad(url: string, method: 'GET' | 'PUT', duration: number): Promise<LoadResult> {
  const headers = { 'content-type': 'application/json' };
  const requests = method === 'PUT' ? ['41', '42'].map((body) => ({ method, headers, body })) : [{ method }];
  const result = await autocannon({
    url,
    duration,
    requests,
    connections: 10,
    sampleInt: 20,
  });
  return {
    done: result['2xx'],
    failed: result.non2xx + result.errors,
    seconds: (result.finish.getTime() - result.start.getTime()) / 1000,
  };
}
