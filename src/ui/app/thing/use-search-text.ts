import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** A search parameter as text, undefined where it is absent, and what changes it; a change replaces the entry of the history unless it is to be gone back from. */
export function useSearchText(
  name: string,
  { back = false }: { readonly back?: boolean } = {},
): readonly [value: string | undefined, set: (value: string | undefined) => void] {
  const value = useSearch({ strict: false, select: (search) => search[name] });
  const navigate = useNavigate();
  const set = useCallback(
    (next: string | undefined) => {
      void navigate({
        to: '.',
        search: (search) => ({ ...search, [name]: next }),
        replace: !back,
        resetScroll: false,
      });
    },
    [navigate, name, back],
  );
  // The router reads `?property=5` as a number.
  return [value === undefined || typeof value === 'object' ? undefined : String(value), set];
}
