import { dateTimeFormat } from '../values/time-text.ts';

/** Times of the day, to the second or to the minute. */
export function timeFormat(language: string, to: 'second' | 'minute' = 'second'): Intl.DateTimeFormat {
  return dateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    ...(to === 'second' && { second: '2-digit' }),
    hourCycle: 'h23',
  });
}
