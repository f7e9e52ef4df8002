import type { Problem } from '../../../contracts/errors.ts';
import { ApiError } from '../api/api-error.ts';

/** The problem of whatever was thrown; what is no ApiError is a fault of this page. */
export function problemIn(thrown: unknown): Problem {
  if (thrown instanceof ApiError) return thrown.problem;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return { title: 'This page failed', detail, code: 'PAGE_FAILED', kind: 'internal' };
}
