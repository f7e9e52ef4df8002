import { useLanguage } from '../language/language.tsx';

/** Durations in words: `12 ms`, `3.2 s`, `2 min`. */
export function useMilliseconds(): (ms: number) => string {
  const { language } = useLanguage();
  return (ms) => {
    const write = (value: number, unit: string): string =>
      value.toLocaleString(language, {
        style: 'unit',
        unit,
        unitDisplay: 'short',
        maximumSignificantDigits: 3,
      });
    if (ms < 1000) return write(Math.ceil(ms), 'millisecond');
    return ms < 120_000 ? write(ms / 1000, 'second') : write(ms / 60_000, 'minute');
  };
}
