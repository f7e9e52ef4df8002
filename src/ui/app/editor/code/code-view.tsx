import { json } from '@codemirror/lang-json';
import { foldGutter } from '@codemirror/language';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { useLanguage } from '../../language/language.tsx';
import classes from './code-frame.module.css';
import { codeLook } from './code-look.ts';
import { codePhrases } from './code-phrases.ts';
import { typescriptLanguage } from './typescript-language.ts';

interface CodeViewProps {
  readonly text: string;
  readonly label: string;
  readonly language: 'json' | 'typescript';
}

/** Code to read. */
export function CodeView({ text, label, language }: CodeViewProps) {
  const shown = useCode(
    (parent, phrases) => {
      const extensions = [readOnly(label), phrases, language === 'json' ? json() : typescriptLanguage];
      return new EditorView({ doc: text, extensions, parent });
    },
    [text, label, language],
  );
  return <div ref={shown} className={classes.frame} />;
}

interface CodeDiffProps {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}

/** What has changed: side by side, one below the other on small screens. */
export function CodeDiff({ before, after, label }: CodeDiffProps) {
  const isWide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false });
  const shown = useCode(
    (parent, phrases) => {
      const extensions = [readOnly(label), phrases, json()];
      const how = { collapseUnchanged: { margin: 3 }, diffConfig: { timeout: 500 } };
      if (isWide) {
        const [a, b] = [
          { doc: before, extensions },
          { doc: after, extensions },
        ] as const;
        return new MergeView({ a, b, parent, ...how });
      }
      const merge = unifiedMergeView({ original: before, mergeControls: false, ...how });
      return new EditorView({ doc: after, extensions: [...extensions, merge], parent });
    },
    [before, after, label, isWide],
  );
  return <div ref={shown} className={classes.frame} />;
}

type Make = (parent: HTMLElement, phrases: Extension) => { destroy(): void };

/** Keeps what was made in an element until what it was made of changes. */
function useCode(make: Make, of: readonly unknown[]) {
  const place = useRef<HTMLDivElement>(null);
  const { language } = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller says what it depends on
  useEffect(() => {
    const made = make(place.current as HTMLElement, codePhrases(language));
    return () => made.destroy();
  }, [language, ...of]);
  return place;
}

/** Read-only, but reached and scrolled by keys. */
function readOnly(label: string): Extension {
  return [
    [lineNumbers(), foldGutter(), codeLook, EditorView.lineWrapping],
    [EditorState.readOnly.of(true), EditorView.editable.of(false)],
    EditorView.contentAttributes.of({
      'aria-label': label,
      tabindex: '0',
      role: 'textbox',
      'aria-readonly': 'true',
      'aria-multiline': 'true',
    }),
  ];
}
