import { EditorState, type Extension } from '@codemirror/state';
import type { Language } from '../../language/language.tsx';

const german: Readonly<Record<string, string>> = {
  Find: 'Suchen',
  Replace: 'Ersetzen',
  next: 'weiter',
  previous: 'zurück',
  all: 'alle',
  'match case': 'Groß-/Kleinschreibung',
  regexp: 'regulärer Ausdruck',
  'by word': 'ganze Wörter',
  replace: 'ersetzen',
  'replace all': 'alle ersetzen',
  close: 'schließen',
  'current match': 'aktueller Treffer',
  'on line': 'in Zeile',
  'replaced match on line $': 'Treffer in Zeile $ ersetzt',
  'replaced $ matches': '$ Treffer ersetzt',
  'Go to line': 'Zu Zeile',
  go: 'los',
  'Folded lines': 'Eingeklappte Zeilen',
  'Unfolded lines': 'Ausgeklappte Zeilen',
  'folded code': 'eingeklappt',
  unfold: 'ausklappen',
  'Fold line': 'Zeile einklappen',
  'Unfold line': 'Zeile ausklappen',
  Completions: 'Vorschläge',
  Diagnostics: 'Befunde',
  'No diagnostics': 'Keine Befunde',
  '$ unchanged lines': '$ unveränderte Zeilen',
  'Selection deleted': 'Auswahl gelöscht',
};

/** What the editor itself says, in the reader's language. */
export function codePhrases(language: Language): Extension {
  return language === 'de' ? EditorState.phrases.of(german) : [];
}
