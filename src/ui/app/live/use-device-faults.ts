import { useEffect } from 'react';
import { useThings } from '../api/things.ts';
import { pageLive } from './page-live.ts';

/** Tells the stream which devices do not answer the servient, so that their values are shown as stale; once a page. */
export function useDeviceFaults(): void {
  const things = useThings().data?.things;
  useEffect(() => {
    const faulty = things?.flatMap(({ id, fault }) => (fault ? [id] : []));
    if (faulty) pageLive().tellFaults(new Set(faulty));
  }, [things]);
}
