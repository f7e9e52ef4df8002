import { type FocusEvent, useLayoutEffect, useRef } from 'react';

/** For an element: where what had the focus in it is gone or disabled, the focus goes to `first` of it, else to itself, and is not lost. */
export function useKeptFocus<E extends HTMLElement>(first?: string) {
  const ref = useRef<E>(null);
  const focused = useRef<Element>(undefined);
  useLayoutEffect(() => {
    const [place, last] = [ref.current, focused.current];
    if (!place || !last || (last.isConnected && !last.matches(':disabled'))) return;
    focused.current = undefined;
    const now = document.activeElement;
    if (now && now !== document.body && now !== last) return;
    place.tabIndex = -1;
    ((first && place.querySelector<HTMLElement>(first)) || place).focus({ preventScroll: true });
  });
  const onFocus = ({ target }: FocusEvent): void => {
    focused.current = target;
  };
  const onBlur = ({ target }: FocusEvent): void => {
    if (focused.current === target) focused.current = undefined;
  };
  return { ref, onFocus, onBlur };
}
