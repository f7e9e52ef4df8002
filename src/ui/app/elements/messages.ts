import type { Language } from '../language/language.tsx';

const en = {
  loading: 'Loading',
  unknown: 'not read yet',
  notConnected: 'no connection to the servient',
  stale: 'stale',
  pending: (value: string) => `sending ${value}`,
  rejected: (value: string, why: string) => `${value} was refused: ${why}`,
  unsettled: (value: string, why: string) => `${value}, outcome unknown: ${why}`,
  unreachable: (why: string) => `not reachable: ${why}`,
  yes: 'Yes',
  no: 'No',
  none: 'no value',
  notANumber: 'Type a number.',
  set: (title: string) => `Set ${title}`,
  trend: (low: string, high: string) => `Trend of the last minutes, from ${low} to ${high}`,
  open: 'Open the page of this Thing',
  noAddress: 'The attribute with the address of a Thing is missing or no URL.',
  notFetched: (url: string) => `${url} cannot be read.`,
  needsCors: (origin: string) => `Check that it runs and allows this page: wot serve --cors ${origin}`,
  answers: (url: string, status: string) => `${url} answers ${status}.`,
  notATd: (url: string) => `What ${url} answers is no Thing Description.`,
  noProperty: (name: string) => `The Thing has no property "${name}".`,
  noStream: 'The Thing offers no WebSocket of the Web Thing Protocol.',
};

type Texts = typeof en;

const de: Texts = {
  loading: 'Wird geladen',
  unknown: 'noch nicht gelesen',
  notConnected: 'keine Verbindung zum Servient',
  stale: 'veraltet',
  pending: (value) => `sende ${value}`,
  rejected: (value, why) => `${value} wurde abgelehnt: ${why}`,
  unsettled: (value, why) => `${value}, Ausgang unbekannt: ${why}`,
  unreachable: (why) => `nicht erreichbar: ${why}`,
  yes: 'Ja',
  no: 'Nein',
  none: 'kein Wert',
  notANumber: 'Hier muss eine Zahl stehen.',
  set: (title) => `${title} setzen`,
  trend: (low, high) => `Verlauf der letzten Minuten, von ${low} bis ${high}`,
  open: 'Seite dieses Things öffnen',
  noAddress: 'Das Attribut mit der Adresse eines Things fehlt oder ist keine URL.',
  notFetched: (url) => `${url} kann nicht gelesen werden.`,
  needsCors: (origin) => `Läuft es, und erlaubt es diese Seite? wot serve --cors ${origin}`,
  answers: (url, status) => `${url} antwortet ${status}.`,
  notATd: (url) => `Was ${url} antwortet, ist keine Thing Description.`,
  noProperty: (name) => `Das Thing hat keine Eigenschaft „${name}“.`,
  noStream: 'Das Thing bietet keinen WebSocket des Web Thing Protocol.',
};

/** Without the catalogue of the page, which needs React. */
export const messages: Readonly<Record<Language, Texts>> = { en, de };
