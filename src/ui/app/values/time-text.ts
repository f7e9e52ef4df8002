import { cachedFormat } from './cached-format.ts';

/** How moments are written. */
export const dateTimeFormat = cachedFormat(Intl.DateTimeFormat);

/** A moment as day and time in the reader's language and zone. */
export function timeText(at: number, language: string): string {
  return dateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** A `date-time` or `date` of JSON in the reader's language; undefined for what is none. */
export function dateText(text: string, format: unknown, language: string): string | undefined {
  const at = Date.parse(text);
  if (Number.isNaN(at)) return undefined;
  if (format === 'date-time') return timeText(at, language);
  // A day is the same one in every zone.
  return format === 'date'
    ? dateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(at)
    : undefined;
}
