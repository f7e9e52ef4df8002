import { useCallback, useEffect, useRef, useState } from 'react';
import { keep, kept } from '../kept.ts';

/** Milliseconds of rest after which a draft is kept. */
const rest = 400;

/** A text that differs from the one it began as, and survives the page. */
export interface Draft {
  readonly text: string;
  readonly isChanged: boolean;
  /** Whether the browser has room for it. */
  readonly isKept: boolean;
  set(text: string): void;
  discard(): void;
}

/** The draft of a document: what was written here before, else the document as it is. */
export function useDraft(key: string, original: string): Draft {
  const place = `thingwright-draft ${key}`;
  const [own, setOwn] = useState(() => kept(place));
  const [isKept, setKept] = useState(true);
  const text = own ?? original;
  const isChanged = text !== original;
  // Another tab may have a draft of the same document: what was not changed here is not taken from it.
  const saved = useRef(own);
  const save = useRef(() => {});
  save.current = () => {
    const draft = isChanged ? text : undefined;
    if (draft === saved.current) return;
    const isDone = keep(place, draft);
    if (isDone) saved.current = draft;
    setKept(isDone);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the text that rests
  useEffect(() => {
    const timer = setTimeout(() => save.current(), rest);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    const last = () => save.current();
    addEventListener('pagehide', last);
    return () => {
      removeEventListener('pagehide', last);
      last();
    };
  }, []);
  const discard = useCallback(() => setOwn(undefined), []);
  return { text, isChanged, isKept, set: setOwn, discard };
}
