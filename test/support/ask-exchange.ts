import type { ExchangeLine } from '../../src/ui/page-data.ts';

/** The lines of an answer as they come; leaving the loop goes away from it. */
export async function* linesOf(response: Response): AsyncGenerator<ExchangeLine> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    const lines = (text + decoder.decode(chunk, { stream: true })).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as ExchangeLine;
  }
}

/** Asks a page's server for an exchange. */
export function postExchange(base: string, request: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${base}/app/api/exchange`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    ...init,
  });
}
