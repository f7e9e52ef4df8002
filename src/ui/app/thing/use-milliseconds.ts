import { useLanguage } from '../language/language.tsx';

/** Durations in words: `12 ms`, `3.2 s`, `2 min`. */
export function useMilliseconds(): (ms: number) => string {
  const { language } = useLanguage();
  return (ms) => {
    const [value, unit] =
      ms < 1000
        ? [Math.ceil(ms), 'millisecond']
        : ms < 120_000
          ? [ms / 1000, 'second']
          : [ms / 60_000, 'minute'];
    return new Intl.NumberFormat(language, {
      style: 'unit',
      unit: unit as string,
      unitDisplay: 'short',
      maximumSignificantDigits: 3,
    }).format(value as number);
  };
}
