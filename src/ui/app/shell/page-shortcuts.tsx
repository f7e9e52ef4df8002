import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import type { Search } from '../routes.tsx';
import { pages } from './pages.ts';
import { useShortcut, useShortcutKeys } from './use-shortcut.ts';

const KeyboardHelp = lazy<ComponentType<{ close(): void }>>(() =>
  import('./keyboard-help.tsx').then(
    ({ KeyboardHelp: help }) => ({ default: help }),
    // The page offers to load it anew.
    () => ({ default: () => null }),
  ),
);

/** The keys that work on every page, and the dialog that lists them (`?help=keys`). */
export function PageShortcuts() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const help = (shown: boolean) =>
    void navigate({
      to: '.',
      search: (old: Search) => ({ ...old, help: shown ? 'keys' : undefined }),
      replace: true,
      resetScroll: false,
    });
  useShortcutKeys();
  useShortcut('?', () => help(true));
  return (
    <>
      {pages.map(({ to, key }) => (
        <GoTo key={to} to={to} keys={`g ${key}`} />
      ))}
      <Suspense>{search['help'] === 'keys' ? <KeyboardHelp close={() => help(false)} /> : null}</Suspense>
    </>
  );
}

function GoTo({ to, keys }: { readonly to: (typeof pages)[number]['to']; readonly keys: string }) {
  const navigate = useNavigate();
  useShortcut(keys, () => void navigate({ to }));
  return null;
}
