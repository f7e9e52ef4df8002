import { cachedFormat } from './cached-format.ts';

const ageFormat = cachedFormat(Intl.RelativeTimeFormat);
const steps = [
  ['second', 1000, 60],
  ['minute', 60_000, 60],
  ['hour', 3_600_000, 24],
  ['day', 86_400_000, Number.POSITIVE_INFINITY],
] as const;

/** How long ago, in words: `3s ago`. */
export function ageText(at: number, now: number, language: string): string {
  const age = Math.max(0, now - at);
  const [unit, length] = steps.find(([, size, most]) => age < size * most) ?? steps[3];
  return ageFormat(language, { numeric: 'auto', style: 'narrow' }).format(-Math.floor(age / length), unit);
}
