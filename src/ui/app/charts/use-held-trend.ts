import { useEffect, useRef, useState } from 'react';
import type { Trend } from '../live/live.ts';
import { heldUntil } from './trend-range.ts';

/** A trend as it is every so many milliseconds, its last value held until then. */
export function useHeldTrend(trend: Trend, every: number): Trend {
  const latest = useRef(trend);
  const [held, setHeld] = useState(() => heldUntil(trend, Date.now()));
  const empty = held.times.length === 0;
  useEffect(() => {
    latest.current = trend;
    // The first points are shown at once.
    if (empty) setHeld(heldUntil(trend, Date.now()));
  }, [empty, trend]);
  useEffect(() => {
    const timer = setInterval(() => setHeld(heldUntil(latest.current, Date.now())), every);
    return () => clearInterval(timer);
  }, [every]);
  return held;
}
