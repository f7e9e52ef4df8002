import { WotError } from '../contracts/errors.ts';

/** WotError `unavailable` STARTING, for what may be there in a moment. */
export function starting(): WotError {
  const message = 'The servient is starting or stopped; try again in a moment.';
  return new WotError('unavailable', 'STARTING', message, { retryAfter: 1 });
}

/** WotError `unavailable` STOPPING, for what was not answered before the end. */
export function stopping(): WotError {
  const message = 'The servient is stopping and did not finish this request; try again in a moment.';
  return new WotError('unavailable', 'STOPPING', message, { retryAfter: 1 });
}
