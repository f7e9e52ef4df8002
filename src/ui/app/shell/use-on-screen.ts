import { useCallback, useState } from 'react';

/** A ref for an element, whether it is on the screen (or nearly so), and whether it ever was. */
export function useOnScreen<E extends Element>(): readonly [
  ref: (element: E | null) => void,
  onScreen: boolean,
  seen: boolean,
] {
  const [isOn, setOn] = useState<boolean>();
  const ref = useCallback((element: E | null) => {
    if (!element) return undefined;
    // Undefined until it is seen for the first time.
    const seen = (entries: readonly IntersectionObserverEntry[]) =>
      setOn(
        (before) => entries.at(-1)?.isIntersecting === true || (before === undefined ? undefined : false),
      );
    const observer = new IntersectionObserver(seen, { rootMargin: '200px' });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, isOn === true, isOn !== undefined];
}
