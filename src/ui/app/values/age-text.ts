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
  return relativeFormat(language).format(-Math.floor(age / length), unit);
}

const formats = new Map<string, Intl.RelativeTimeFormat>();

function relativeFormat(language: string): Intl.RelativeTimeFormat {
  const format =
    formats.get(language) ?? new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'narrow' });
  formats.set(language, format);
  return format;
}
