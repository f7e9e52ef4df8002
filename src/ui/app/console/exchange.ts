import { isJsonObject } from '../../../td/json-object.ts';
import type { ExchangeLine, ExchangeRequest } from '../../page-data.ts';
import { send } from '../api/api.ts';
import { ndjson } from './ndjson.ts';

/** Has the servient send one operation, and tells what happens as it happens; ends with the exchange, throws ApiError where there is none. */
export async function* exchange(request: ExchangeRequest, signal: AbortSignal): AsyncGenerator<ExchangeLine> {
  const headers = { accept: 'application/x-ndjson' };
  const { body } = await send('app/api/exchange', { method: 'POST', body: request, headers, signal });
  if (body === null) return;
  for await (const line of ndjson(chunks(body))) {
    if (isJsonObject(line) && 'line' in line) yield line as unknown as ExchangeLine;
  }
}

/** Not the stream itself: Safari cannot iterate one. */
async function* chunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
