import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json, jsonLanguage } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import type { Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import schema from '../../../../../td-schemas/td-1.1.schema.json' with { type: 'json' };
import { codeLook } from './code-look.ts';
import { tdCompletion } from './td-completion.ts';
import { tdHover } from './td-hover.ts';

/** An editor for TDs: JSON, completion and help by the schema of TD 1.1, marks for findings. */
export function tdExtensions(label: string, wordsOf: (term: string) => string | undefined): Extension {
  return [
    [lineNumbers(), foldGutter(), lintGutter(), highlightActiveLine(), highlightActiveLineGutter()],
    [
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      highlightSelectionMatches(),
    ],
    [json(), jsonLanguage.data.of({ autocomplete: tdCompletion(schema, wordsOf) })],
    [autocompletion({ icons: false }), tdHover(wordsOf), codeLook, EditorView.lineWrapping],
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
    keymap.of([
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...lintKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
  ];
}
