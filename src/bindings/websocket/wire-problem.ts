import type { Problem } from '../../contracts/errors.ts';
import { httpStatus } from '../../contracts/http-status.ts';

const commonTitles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** A problem with its HTTP status, and as one of the common error types where it is one (Web Thing Protocol, error-response). */
export function wireProblem(problem: Problem, status = httpStatus[problem.kind]): Problem {
  const title = commonTitles[status];
  if (title === undefined) return { ...problem, status };
  const type = `https://w3c.github.io/web-thing-protocol/errors#${status}`;
  return { type, ...problem, title, status } as Problem;
}
