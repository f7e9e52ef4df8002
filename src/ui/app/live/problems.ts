import { type ErrorKind, fromProblem, toProblem, WotError } from '../../../contracts/errors.ts';
import { kindOfStatus } from '../../../contracts/http-status.ts';
import { isJsonObject } from '../../../td/json-object.ts';
import { ApiError } from '../api/api-error.ts';

/** The error of a message as it came. */
export function answeredProblem(error: unknown): ApiError {
  const told = isJsonObject(error) ? error['status'] : undefined;
  const status = typeof told === 'number' ? told : 500;
  return new ApiError(status, toProblem(fromProblem(error, kindOfStatus(status)), status));
}

export function notConnected(): ApiError {
  return unanswered('unavailable', 'SERVIENT_UNREACHABLE', 'The servient does not answer; nothing was sent.');
}

export function connectionLost(): ApiError {
  const detail = 'The connection broke before the answer came; whether it was done is not known.';
  return unanswered('unavailable', 'CONNECTION_LOST', detail);
}

/** Whether the connection failed, and not the Thing. */
export function isDisconnect({ status, problem }: ApiError): boolean {
  return status === 0 && problem.kind === 'unavailable';
}

export function notAnswered(milliseconds: number): ApiError {
  return unanswered('timeout', 'TIMEOUT', `There was no answer within ${milliseconds / 1000} s.`);
}

function unanswered(kind: ErrorKind, code: string, detail: string): ApiError {
  return new ApiError(0, toProblem(new WotError(kind, code, detail)));
}
