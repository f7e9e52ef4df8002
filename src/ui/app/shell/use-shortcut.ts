import { useLocalStorage } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { Shortcuts } from './shortcuts.ts';

const shortcuts = new Shortcuts();

/** Does something when a key or sequence (`g t`) is pressed outside of fields and dialogs, while the component is mounted. */
export function useShortcut(keys: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => shortcuts.add(keys, () => latest.current()), [keys]);
}

/** Whether single keys do something (WCAG 2.1.4), and what changes it. */
export function useShortcutsOn() {
  return useLocalStorage({
    key: 'thingwright-shortcuts',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
}

/** Listens for the shortcuts of the whole page; used once. */
export function useShortcutKeys(): void {
  const [on] = useShortcutsOn();
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent) => {
      if (isForOthers(event)) return;
      if (shortcuts.press(event.key, event.timeStamp)) event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [on]);
}

const others =
  'input:not([type=checkbox],[type=radio],[type=range]), textarea, select, [contenteditable], [role=textbox], [role=dialog], [role=menu]';

function isForOthers({ ctrlKey, metaKey, altKey, isComposing, defaultPrevented, target }: KeyboardEvent) {
  if (ctrlKey || metaKey || altKey || isComposing || defaultPrevented) return true;
  return target instanceof Element && target.closest(others) !== null;
}
