import { type Problem, toProblem, type WotError } from '../../../contracts/errors.ts';

/** What the servient answered instead of what was asked for; `status` 0 where it did not answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title);
    this.status = status;
    this.problem = problem;
  }

  /** That of an error, with the status that came with it. */
  static of(error: WotError, status = 0): ApiError {
    return new ApiError(status, toProblem(error, status || undefined));
  }
}
