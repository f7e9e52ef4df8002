/** A duration in milliseconds, one of less than ten with a decimal. */
export function milliseconds(ms: number, language: string): string {
  const maximumFractionDigits = ms < 10 ? 1 : 0;
  const format = { style: 'unit', unit: 'millisecond', maximumFractionDigits } as const;
  return new Intl.NumberFormat(language, format).format(ms);
}
