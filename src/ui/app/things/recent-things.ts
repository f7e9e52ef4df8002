import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { keep, kept } from '../kept.ts';

const stored = 'thingwright-recent';
const most = 8;

/** The names of the Things visited last, the latest first. */
export function recentThings(): readonly string[] {
  try {
    const names: unknown = JSON.parse(kept(stored) ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string').slice(0, most) : [];
  } catch {
    return [];
  }
}

/** Keeps in mind which Things are visited; once a page. */
export function useVisits(): void {
  const { name } = useParams({ strict: false });
  useEffect(() => {
    if (name === undefined) return;
    const names = [name, ...recentThings().filter((other) => other !== name)];
    keep(stored, JSON.stringify(names.slice(0, most)));
  }, [name]);
}
