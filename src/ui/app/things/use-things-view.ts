import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Search } from '../routes.tsx';
import { type ThingsView, viewOf } from './things-view.ts';

/** The view that the address says, and what changes some of its search parameters (undefined removes one). */
export function useThingsView(): readonly [ThingsView, (change: Search) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (next: Search) =>
    void navigate({
      to: '/things',
      search: (old: Search) => ({ ...old, ...next }),
      replace: true,
      resetScroll: false,
    });
  return [useMemo(() => viewOf(search), [search]), change];
}
