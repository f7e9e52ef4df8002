import { randomUUID } from 'node:crypto';
import { WotError } from '../contracts/errors.ts';
import type { Logger } from '../contracts/logger.ts';

/** A WotError is an answer and passes; anything else is a bug: logged whole, hidden from the peer. `what` says what failed. */
export function asWotError(
  error: unknown,
  logger: Logger,
  { code, what }: { readonly code: string; readonly what: string },
): WotError {
  if (error instanceof WotError) return error;
  const correlationId = randomUUID();
  logger.error(what, { correlationId, error });
  return internalError(code, what, correlationId, error);
}

/** A bug on our side: the peer learns where to look, not what is inside. */
export function internalError(code: string, what: string, correlationId: string, cause?: unknown): WotError {
  const message = `${what}; the servient's log has the reason under ${correlationId}.`;
  return new WotError('internal', code, message, { correlationId, cause });
}
