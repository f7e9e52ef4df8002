import type { ErrorKind, Problem } from '../../../contracts/errors.ts';
import { catalogue } from '../language/language.tsx';

const germanTitles: Readonly<Record<ErrorKind, string>> = {
  invalid: 'Die Eingabe ist ungültig',
  unauthenticated: 'Zugangsdaten sind nötig',
  forbidden: 'Nicht erlaubt',
  'not-found': 'Nicht gefunden',
  'not-allowed': 'Dieser Vorgang wird hier nicht angeboten',
  'not-acceptable': 'Keine der gewünschten Darstellungen ist vorhanden',
  'unsupported-media': 'Der Medientyp wird nicht unterstützt',
  conflict: 'Der Zustand steht der Anfrage entgegen',
  precondition: 'Eine Vorbedingung ist nicht erfüllt',
  'too-large': 'Die Anfrage ist zu groß',
  'rate-limited': 'Zu viele Anfragen',
  overloaded: 'Der Servient ist überlastet',
  'not-implemented': 'Nicht umgesetzt',
  timeout: 'Das Thing hat nicht rechtzeitig geantwortet',
  unavailable: 'Das Thing ist nicht verfügbar',
  internal: 'Interner Fehler',
};

export const messages = catalogue(
  {
    notFound: 'There is no such page',
    notFoundHelp: 'The address may be mistyped, or what was there is gone.',
    failed: 'This page failed',
    failedHelp: 'The rest goes on. Try again; if it fails again, the details tell what to report.',
    retry: 'Try again',
    overview: 'To the overview',
    cardFailed: (what: string) => `“${what}” cannot be shown`,
    wholeValue: '(whole)',
    copy: 'Copy details',
    copied: 'Copied',
    title: ({ title }: Problem) => title,
  },
  {
    notFound: 'Diese Seite gibt es nicht',
    notFoundHelp: 'Vielleicht ist die Adresse vertippt, oder was dort war, ist fort.',
    failed: 'Diese Seite ist fehlgeschlagen',
    failedHelp:
      'Alles andere läuft weiter. Noch einmal versuchen; schlägt es wieder fehl, sagen die Einzelheiten, was zu melden ist.',
    retry: 'Noch einmal',
    overview: 'Zur Übersicht',
    cardFailed: (what: string) => `„${what}“ lässt sich nicht anzeigen`,
    wholeValue: '(das Ganze)',
    copy: 'Einzelheiten kopieren',
    copied: 'Kopiert',
    title: ({ kind, title }: Problem) => germanTitles[kind] ?? title,
  },
);
