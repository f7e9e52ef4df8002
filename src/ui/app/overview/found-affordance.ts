import { useQuery } from '@tanstack/react-query';
import type { ActionAffordance, EventAffordance, PropertyAffordance } from '../../../contracts/td.ts';
import { ownMember } from '../../../td/json-object.ts';
import type { ThingSummary } from '../../page-data.ts';
import { tdQuery } from '../api/things.ts';
import type { Pin } from './pins.ts';

/** The affordance of a pin, as its kind has it. */
export type FoundAffordance =
  | { readonly kind: 'properties'; readonly affordance: PropertyAffordance }
  | { readonly kind: 'actions'; readonly affordance: ActionAffordance }
  | { readonly kind: 'events'; readonly affordance: EventAffordance };

/** Search parameters by which the page of a Thing opens an affordance. */
export const openedBy = { properties: 'property', actions: 'action', events: 'event' } as const;

/** What a pin stands for, undefined while its TD is loaded and `gone` where the TD has none of that name; a key property comes with the list. */
export function useFoundAffordance(pin: Pin, thing: ThingSummary): FoundAffordance | 'gone' | undefined {
  const key = pin.kind === 'properties' && thing.key?.name === pin.affordance ? thing.key : undefined;
  const { data: td } = useQuery({ ...tdQuery(thing.name), enabled: key === undefined });
  if (key) {
    const { schema, title, titles, observable } = key;
    return { kind: 'properties', affordance: { ...schema, title, titles, observable } };
  }
  if (td === undefined) return undefined;
  const affordance = ownMember(td[pin.kind], pin.affordance);
  return affordance ? ({ kind: pin.kind, affordance } as FoundAffordance) : 'gone';
}
