import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useThing } from '../api/things.ts';
import { useConnection } from '../live/use-live.ts';

/** Asks for the TD again when the stream is back, and when the list tells that the Thing is another one or gone. */
export function useTdRefreshed(name: string): void {
  const queries = useQueryClient();
  const { state, since } = useConnection();
  const listed = useThing(name);
  const described = listed && JSON.stringify({ ...listed, fault: undefined });
  const seen = useRef<string>(undefined);
  useEffect(() => {
    const now = `${state === 'live' ? since : ''} ${described}`;
    if (seen.current !== undefined && seen.current !== now && state === 'live')
      void queries.invalidateQueries({ queryKey: ['td', name] });
    seen.current = now;
  }, [queries, name, state, since, described]);
}
