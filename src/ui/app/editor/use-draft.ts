import { useCallback, useEffect, useRef, useState } from 'react';

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
  const [own, setOwn] = useState(() => stored(place));
  const [isKept, setKept] = useState(true);
  const text = own ?? original;
  const isChanged = text !== original;
  const save = useRef(() => {});
  save.current = () => setKept(keep(place, isChanged ? text : undefined));
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

function stored(place: string): string | undefined {
  try {
    return localStorage.getItem(place) ?? undefined;
  } catch {
    return undefined;
  }
}

/** False where the browser has no room, or allows none. */
function keep(place: string, text: string | undefined): boolean {
  try {
    if (text === undefined) localStorage.removeItem(place);
    else localStorage.setItem(place, text);
    return true;
  } catch {
    return false;
  }
}
