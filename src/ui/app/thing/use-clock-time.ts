import { timeFormat } from '../charts/time-format.ts';
import { useLanguage } from '../language/language.tsx';
import { dateTimeFormat } from '../values/time-text.ts';

/** When something was: the time of today, with the date where it is another day. */
export function useClockTime(): (at: number) => string {
  const { language } = useLanguage();
  const time = timeFormat(language);
  const day = dateTimeFormat(language, { month: 'short', day: 'numeric' });
  return (at) => {
    if (Number.isNaN(at)) return '–';
    const today = new Date(at).toDateString() === new Date().toDateString();
    return today ? time.format(at) : `${day.format(at)} ${time.format(at)}`;
  };
}
