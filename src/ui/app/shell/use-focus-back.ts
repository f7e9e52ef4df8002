import { useEffect, useState } from 'react';

/** Gives the focus back to what had it before the component came: for dialogs that are not kept mounted. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    },
    [before],
  );
}
