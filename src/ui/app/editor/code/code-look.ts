import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const tokens = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--code-name)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--code-keyword)' },
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: tags.keyword, color: 'var(--code-keyword)' },
]);

const border = '1px solid var(--mantine-color-default-border)';
const raised = { backgroundColor: 'var(--code-raised)', color: 'var(--mantine-color-text)', border };

const frame = EditorView.theme({
  '&': {
    color: 'var(--mantine-color-text)',
    backgroundColor: 'var(--mantine-color-body)',
    fontSize: '13px',
    height: '100%',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': { backgroundColor: 'var(--code-gutter)', color: 'var(--code-comment)', borderRight: border },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--code-line)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--code-selection) !important',
  },
  '.cm-tooltip': { ...raised, borderRadius: '6px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mantine-font-family-monospace)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', minHeight: '24px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--mantine-color-leaf-filled)',
    color: 'var(--mantine-color-white)',
  },
  '.cm-completionInfo': { ...raised, maxWidth: '320px', padding: '6px 10px' },
  '.cm-term, .cm-tooltip-lint': { maxWidth: '420px', padding: '6px 10px' },
  '.cm-diagnostic': { borderLeftWidth: '4px', padding: '4px 8px' },
  '.cm-panels': { ...raised, borderWidth: '0' },
  '.cm-textfield': { ...raised, borderRadius: '4px' },
  '.cm-button': { ...raised, backgroundImage: 'none', borderRadius: '4px', minHeight: '24px' },
  '.cm-searchMatch': { backgroundColor: 'var(--code-match)' },
  // The sign of the library is in few fonts.
  '.cm-collapsedLines': { color: 'var(--mantine-color-text)', background: 'var(--code-gutter)' },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"⋯"' },
  '.cm-foldPlaceholder': { ...raised, padding: '0 4px' },
});

/** The look of all code on the page, in both schemes. */
export const codeLook: Extension = [frame, syntaxHighlighting(tokens)];
