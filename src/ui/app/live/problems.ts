import { fromProblem, type Problem, WotError } from '../../../contracts/errors.ts';
import { kindOfStatus } from '../../../contracts/http-status.ts';
import { isJsonObject } from '../../../td/json-object.ts';
import { ApiError } from '../api/api-error.ts';

/** The error of a message as it came. */
export function answeredError(error: unknown): ApiError {
  const told = isJsonObject(error) ? error['status'] : undefined;
  const status = typeof told === 'number' ? told : 500;
  return ApiError.of(fromProblem(error, kindOfStatus(status)), status);
}

export function notConnected(): ApiError {
  const detail = 'The servient does not answer; nothing was sent.';
  return ApiError.of(new WotError('unavailable', 'SERVIENT_UNREACHABLE', detail));
}

export function connectionLost(): ApiError {
  const detail = 'The connection broke before the answer came; whether it was done is not known.';
  return ApiError.of(new WotError('unavailable', 'CONNECTION_LOST', detail));
}

/** Whether the connection failed, and not the Thing. */
export function isDisconnect({ status, problem }: ApiError): boolean {
  return status === 0 && problem.kind === 'unavailable';
}

/** Whether nobody knows what came of it. */
export function isUnsettled({ code }: Problem): boolean {
  return code === 'CONNECTION_LOST' || code === 'TIMEOUT';
}

export function notAnswered(milliseconds: number): ApiError {
  const detail = `There was no answer within ${milliseconds / 1000} s.`;
  return ApiError.of(new WotError('timeout', 'TIMEOUT', detail));
}
