import { catalogue } from '../language/language.tsx';

export const messages = catalogue(
  {
    trend: (label: string) => `Trend of ${label}`,
    none: 'No values yet; the trend begins with the next ones.',
    asTable: 'Show as table',
    lastPoints: (label: string) => `The last values of ${label}`,
    time: 'Time',
    value: 'Value',
    gap: 'no value',
  },
  {
    trend: (label: string) => `Verlauf von ${label}`,
    none: 'Noch keine Werte; der Verlauf beginnt mit den nächsten.',
    asTable: 'Als Tabelle zeigen',
    lastPoints: (label: string) => `Die letzten Werte von ${label}`,
    time: 'Zeit',
    value: 'Wert',
    gap: 'kein Wert',
  },
);
