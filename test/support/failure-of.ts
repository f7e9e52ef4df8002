import { WotError } from '../../src/contracts/errors.ts';

/** The WotError that a call throws or rejects with, as `kind code`, with its message; anything else is thrown on. */
export async function failureOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof WotError) return `${error.kind} ${error.code}: ${error.message}`;
    throw error;
  }
  return 'no failure';
}
