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

/** What the page itself found out, by code. */
const titles: Readonly<Record<string, string>> = {
  SERVIENT_UNREACHABLE: 'The servient does not answer',
  CONNECTION_LOST: 'Outcome unknown',
  NOT_THE_SERVIENT: 'This is no answer of the servient',
};
const germanOwnTitles: Readonly<Record<string, string>> = {
  SERVIENT_UNREACHABLE: 'Der Servient antwortet nicht',
  CONNECTION_LOST: 'Ausgang unbekannt',
  NOT_THE_SERVIENT: 'Das ist keine Antwort des Servients',
  PAGE_FAILED: 'Diese Seite ist fehlgeschlagen',
};

const germanOwnDetails: Readonly<Record<string, string>> = {
  SERVIENT_UNREACHABLE: 'Nichts wurde gesendet.',
  NOT_THE_SERVIENT:
    'Geantwortet hat etwas dazwischen, etwa ein Proxy: Er ist gestört, oder er verlangt eine Anmeldung.',
  TIMEOUT: 'Innerhalb der Frist kam keine Antwort.',
  CONNECTION_LOST: 'Die Verbindung brach ab, bevor die Antwort kam; ob es getan wurde, ist nicht bekannt.',
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
    title: ({ code, title }: Problem) => titles[code] ?? title,
    detail: ({ detail = '' }: Problem) => detail,
  },
  {
    notFound: 'Diese Seite gibt es nicht',
    notFoundHelp: 'Vielleicht ist die Adresse falsch geschrieben, oder es gibt nicht mehr, was dort war.',
    failed: 'Diese Seite ist fehlgeschlagen',
    failedHelp:
      'Alles andere läuft weiter. Schlägt es beim nächsten Versuch wieder fehl, steht in den Einzelheiten, was zu melden ist.',
    retry: 'Erneut versuchen',
    overview: 'Zur Übersicht',
    cardFailed: (what: string) => `„${what}“ lässt sich nicht anzeigen`,
    wholeValue: '(der ganze Wert)',
    copy: 'Einzelheiten kopieren',
    copied: 'Kopiert',
    title: ({ code, kind, title }: Problem) => germanOwnTitles[code] ?? germanTitles[kind] ?? title,
    detail: ({ code, detail = '' }: Problem) => germanOwnDetails[code] ?? detail,
  },
);
