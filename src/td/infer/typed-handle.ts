import type { ThingHandle } from '../../contracts/definition.ts';
import type { EventData, EventNames, PropertyData, PropertyNames } from './affordances.ts';

/** `ThingHandle` with the names and data of a TD literal. */
export interface TypedHandle<T> extends Pick<ThingHandle, 'name' | 'tellFault'> {
  get<N extends PropertyNames<T>>(property: N): PropertyData<T, N>;
  set<N extends PropertyNames<T>>(property: N, value: PropertyData<T, N>): void;
  notify<N extends PropertyNames<T>>(property: N, value: PropertyData<T, N>): void;
  emit<N extends EventNames<T>>(event: N, ...data: Emitted<T, N>): void;
}

type Emitted<T, N extends EventNames<T>> =
  undefined extends EventData<T, N> ? [data?: EventData<T, N>] : [data: EventData<T, N>];
