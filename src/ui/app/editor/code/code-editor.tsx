import { type Diagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { type RefObject, useEffect, useImperativeHandle, useRef } from 'react';
import type { TdFinding } from '../../../page-data.ts';
import { useLanguage, useMessages } from '../../language/language.tsx';
import { fixLabel } from '../fix-label.ts';
import { messages } from '../messages.ts';
import { changeBetween } from './change-between.ts';
import classes from './code-frame.module.css';
import { codePhrases } from './code-phrases.ts';
import { tdExtensions } from './td-extensions.ts';
import { termWords } from './term-words.ts';

/** What others may do to the editor. */
export interface CodeHandle {
  select(from: number, to: number): void;
}

interface CodeEditorProps {
  readonly value: string;
  readonly label: string;
  /** Marked where `text`, which they are of, is the text that stands here. */
  readonly findings: { readonly text: string; readonly list: readonly TdFinding[] } | undefined;
  readonly handle: RefObject<CodeHandle | null>;
  change(value: string): void;
}

/** The text of a TD, with completion, help and findings on their lines. Escape, then Tab leaves it. */
export function CodeEditor({ value, label, findings, handle, change }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ value, change });
  latest.current = { value, change };
  const { language } = useLanguage();
  const words = useMessages(termWords);
  useEffect(() => {
    const wordsOf = (term: string) =>
      Object.hasOwn(words, term) ? words[term as keyof typeof words] : undefined;
    const tell = EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) latest.current.change(state.doc.toString());
    });
    const extensions = [tdExtensions(label, wordsOf), codePhrases(language), tell];
    const made = new EditorView({
      state: EditorState.create({ doc: latest.current.value, extensions }),
      parent: place.current as HTMLElement,
    });
    view.current = made;
    return () => made.destroy();
  }, [label, language, words]);
  useEffect(() => replaceText(view.current, value), [value]);
  useMarks(view, findings);
  useImperativeHandle(handle, () => ({ select: (from, to) => select(view.current, from, to) }), []);
  return <div ref={place} className={classes.frame} />;
}

function replaceText(view: EditorView | null, value: string): void {
  const present = view?.state.doc.toString() ?? value;
  if (present !== value) view?.dispatch({ changes: changeBetween(present, value) });
}

function select(view: EditorView | null, from: number, to: number): void {
  if (!view) return;
  const { length } = view.state.doc;
  const anchor = Math.min(from, length);
  view.dispatch({
    selection: { anchor, head: Math.min(to, length) },
    effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
  });
  view.focus();
}

/** Puts findings on their lines; until there are new ones the old ones go along with the text. */
function useMarks(view: RefObject<EditorView | null>, findings: CodeEditorProps['findings']): void {
  const t = useMessages(messages);
  useEffect(() => {
    const { current } = view;
    if (!current || findings?.text !== current.state.doc.toString()) return;
    const marks = findings.list.map(
      ({ from, to, severity, message, hint, fixes }): Diagnostic => ({
        from,
        to,
        severity,
        message: `${message} ${hint}`,
        actions: fixes.map((fix) => ({
          name: fixLabel(t, fix),
          apply: (target) => target.dispatch({ changes: fix.edit }),
        })),
      }),
    );
    current.dispatch(setDiagnostics(current.state, marks));
  }, [view, findings, t]);
}
