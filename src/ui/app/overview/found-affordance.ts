import { useQuery } from '@tanstack/react-query';
import type { ActionAffordance, EventAffordance, PropertyAffordance } from '../../../contracts/td.ts';
import { ownMember } from '../../../td/json-object.ts';
import type { ThingSummary } from '../../page-data.ts';
import { tdQuery } from '../api/things.ts';
import type { Pin } from './pins.ts';

/** The affordance of a pin, as its kind has it. */
export type FoundAffordance =
  | { readonly kind: 'properties'; readonly property: PropertyAffordance }
  | { readonly kind: 'actions'; readonly action: ActionAffordance }
  | { readonly kind: 'events'; readonly event: EventAffordance };

/** What a pin stands for, undefined while its TD is loaded and `gone` where the TD has none of that name; a key property comes with the list. */
export function useFoundAffordance(pin: Pin, thing: ThingSummary): FoundAffordance | 'gone' | undefined {
  const key = pin.kind === 'properties' && thing.key?.name === pin.affordance ? thing.key : undefined;
  const { data: td } = useQuery({ ...tdQuery(thing.name), enabled: key === undefined });
  if (key) {
    const { schema, title, titles, observable } = key;
    return { kind: 'properties', property: { ...schema, title, titles, observable } };
  }
  if (td === undefined) return undefined;
  const property = pin.kind === 'properties' && ownMember(td.properties, pin.affordance);
  if (property) return { kind: 'properties', property };
  const action = pin.kind === 'actions' && ownMember(td.actions, pin.affordance);
  if (action) return { kind: 'actions', action };
  const event = pin.kind === 'events' && ownMember(td.events, pin.affordance);
  return event ? { kind: 'events', event } : 'gone';
}
