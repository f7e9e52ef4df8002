import { expect, onTestFinished, test, vi } from 'vitest';
import { keep, kept } from '../../src/ui/app/kept.ts';

/** The page's API as in a browser at this address, whose servient answers so. */
async function apiThatAnswers(response: () => Response) {
  vi.stubGlobal('document', { baseURI: 'http://site.example/app/' });
  vi.stubGlobal('fetch', async () => response());
  onTestFinished(() => void vi.unstubAllGlobals());
  return import('../../src/ui/app/api/api.ts');
}

test.each([
  [200, 'internal'],
  [401, 'unauthenticated'],
  [502, 'unavailable'],
])('a page of a proxy with status %i is no answer of the servient', async (status, kind) => {
  const { json } = await apiThatAnswers(() => new Response('<html>Log in', { status }));
  await expect(json('app/api/things')).rejects.toMatchObject({
    status,
    problem: { code: 'NOT_THE_SERVIENT', kind, status },
  });
});

test('a problem of the servient comes as it is, and where it says too little, with what its status means', async () => {
  const problem = { code: 'BOARD_UNKNOWN', kind: 'not-found', detail: 'There is none.' };
  const { json } = await apiThatAnswers(() => Response.json(problem, { status: 404 }));
  await expect(json('x')).rejects.toMatchObject({ status: 404, problem });
  vi.stubGlobal('fetch', async () => Response.json(null, { status: 403 }));
  await expect(json('x')).rejects.toMatchObject({ status: 403, problem: { kind: 'forbidden' } });
});

test('a servient that does not answer is told apart from a call that was taken back', async () => {
  const { json } = await apiThatAnswers(() => Response.error());
  const failed = new TypeError('Failed to fetch');
  vi.stubGlobal('fetch', () => Promise.reject(failed));
  await expect(json('x')).rejects.toMatchObject({ status: 0, problem: { code: 'SERVIENT_UNREACHABLE' } });
  await expect(json('x', { signal: AbortSignal.abort() })).rejects.toBe(failed);
});

test('a browser that keeps nothing for the page is no failure', () => {
  const storage = {
    get localStorage(): Storage {
      throw new DOMException('denied', 'SecurityError');
    },
  };
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => storage.localStorage,
  });
  onTestFinished(() => void Reflect.deleteProperty(globalThis, 'localStorage'));
  expect(keep('name', 'text')).toBe(false);
  expect(keep('name', undefined)).toBe(false);
  expect(kept('name')).toBeUndefined();
});
