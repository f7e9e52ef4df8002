import { useEffect, useState } from 'react';
import type { Problem } from '../../../contracts/errors.ts';
import { json } from '../api/api.ts';
import { ApiError } from '../api/api-error.ts';

/** What the servient says of a text; `text` is the one that it was asked about. */
export interface Answer<T> {
  readonly text: string;
  readonly value?: T;
  readonly problem?: Problem;
}

/** Asks the servient about a text once it has rested; late answers are dropped, the last one stands meanwhile. */
export function useAnswer<T>(
  path: string,
  text: string,
  { rest = 0, as }: { readonly rest?: number; readonly as?: string } = {},
): { readonly answer: Answer<T> | undefined; retry(): void } {
  const [answer, setAnswer] = useState<Answer<T>>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    const ended = new AbortController();
    const timer = setTimeout(async () => {
      const told = await ask<T>(path, { text, ...(as !== undefined && { as }) }, ended.signal);
      if (!ended.signal.aborted) setAnswer({ text, ...told });
    }, rest);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [path, text, as, rest, attempt]);
  return { answer, retry: () => setAttempt((last) => last + 1) };
}

async function ask<T>(path: string, body: unknown, signal: AbortSignal): Promise<Omit<Answer<T>, 'text'>> {
  try {
    return { value: await json<T>(path, { method: 'POST', body, signal }) };
  } catch (error) {
    return error instanceof ApiError ? { problem: error.problem } : {};
  }
}
