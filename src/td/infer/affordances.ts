import type { AffordanceKind } from '../../contracts/td.ts';
import type { DataOf } from './data-of.ts';

/** The affordances of one kind that a TD literal declares, by name. */
export type Affordances<T, K extends AffordanceKind> = K extends keyof T ? NonNullable<T[K]> : unknown;

export type PropertyNames<T> = keyof Affordances<T, 'properties'> & string;
export type ActionNames<T> = keyof Affordances<T, 'actions'> & string;
export type EventNames<T> = keyof Affordances<T, 'events'> & string;

/** What reading or observing a property gives. */
export type PropertyData<T, N extends PropertyNames<T>> = DataOf<Affordances<T, 'properties'>[N]>;

/** What writing a property takes. */
export type PropertyInput<T, N extends PropertyNames<T>> = DataOf<Affordances<T, 'properties'>[N], 'write'>;

/** What invoking an action takes; `undefined` where the TD declares no input. */
export type ActionInput<T, N extends ActionNames<T>> = InputOf<Affordances<T, 'actions'>[N]>;

/** What invoking an action gives; `void` where the TD declares no output. */
export type ActionOutput<T, N extends ActionNames<T>> = OutputOf<Affordances<T, 'actions'>[N]>;

/** What an event carries; `undefined` where the TD declares no data. */
export type EventData<T, N extends EventNames<T>> = EventDataOf<Affordances<T, 'events'>[N]>;

export type InputOf<Action> = Action extends { readonly input: infer Schema }
  ? DataOf<Schema, 'write'>
  : 'input' extends keyof Action
    ? unknown
    : undefined;

export type OutputOf<Action> = Action extends { readonly output: infer Schema }
  ? DataOf<Schema>
  : 'output' extends keyof Action
    ? unknown
    : // biome-ignore lint/suspicious/noConfusingVoidType: stands as the return type of handlers, which then return nothing
      void;

type EventDataOf<Event> = Event extends { readonly data: infer Schema }
  ? DataOf<Schema>
  : 'data' extends keyof Event
    ? unknown
    : undefined;
