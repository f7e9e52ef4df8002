import { useCallback } from 'react';
import type { PropertyAffordance } from '../../../../contracts/td.ts';
import type { LiveThing, LiveValue } from '../../live/live.ts';
import { useLive, useProperty } from '../../live/use-live.ts';
import { noteWrite } from '../../overview/note-write.ts';

/** What every view of a property needs to know of it. */
export interface PropertyProps {
  readonly thing: LiveThing;
  readonly name: string;
  readonly property: PropertyAffordance;
}

/** A property as its affordance lets it be known, live while it is `active`. */
export function useThingProperty({ thing, name, property }: PropertyProps, active = true): LiveValue {
  const { observable = false, writeOnly = false } = property;
  return useProperty(thing, name, { observable, readable: !writeOnly, active });
}

/** What writes a property; the same function on every render. */
export function useWrite(thing: LiveThing, name: string): (value: unknown) => Promise<void> {
  const live = useLive();
  return useCallback(
    async (value) => {
      await live.write(thing, name, value);
      noteWrite();
    },
    [live, thing, name],
  );
}

/** What forgets that a write was refused. */
export function useDismiss(thing: LiveThing, name: string): () => void {
  const live = useLive();
  return useCallback(() => live.dismiss(thing, name), [live, thing, name]);
}
