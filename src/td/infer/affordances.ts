import type { AffordanceKind } from '../../contracts/td.ts';
import type { Direction } from './data-of.ts';
import type { DataByType, GivenOf, InputByType, OutputByType, PayloadOf } from './payload-of.ts';

/** The affordances of one kind that a TD literal declares, by name. */
export type Affordances<T, K extends AffordanceKind> = K extends keyof T ? NonNullable<T[K]> : unknown;

export type PropertyNames<T> = keyof Affordances<T, 'properties'> & string;
export type ActionNames<T> = keyof Affordances<T, 'actions'> & string;
export type EventNames<T> = keyof Affordances<T, 'events'> & string;

/** What reading or observing a property gives. */
export type PropertyData<T, N extends PropertyNames<T>> = PropertyPayload<Affordances<T, 'properties'>[N]>;

/** What writing a property takes. */
export type PropertyInput<T, N extends PropertyNames<T>> = PropertyPayload<
  Affordances<T, 'properties'>[N],
  'write'
>;

export type PropertyPayload<Property, D extends Direction = 'read'> = PayloadOf<Property, Property, D>;

/** What invoking an action takes; `undefined` where the TD declares no input, by DataSchema or content type. */
export type ActionInput<T, N extends ActionNames<T>> = InputOf<Affordances<T, 'actions'>[N]>;

/** What invoking an action gives; `void` where the TD declares no output, by DataSchema or content type. */
export type ActionOutput<T, N extends ActionNames<T>> = OutputOf<Affordances<T, 'actions'>[N]>;

/** What an event carries; `undefined` where the TD declares no data. */
export type EventData<T, N extends EventNames<T>> = EventDataOf<Affordances<T, 'events'>[N]>;

export type InputOf<Action> = Action extends { readonly input: infer Schema }
  ? PayloadOf<Schema, Action, 'write'>
  : 'input' extends keyof Action
    ? unknown
    : InputByType<Action>;

export type OutputOf<Action> = Action extends { readonly output: infer Schema }
  ? PayloadOf<Schema, Action>
  : 'output' extends keyof Action
    ? unknown
    : OutputByType<Action, void>;

/** What a handler may give for it. */
export type OutputGivenOf<Action> = Action extends { readonly output: infer Schema }
  ? GivenOf<Schema, Action>
  : [OutputOf<Action>] extends [string | Uint8Array]
    ? GivenOf<unknown, Action>
    : OutputOf<Action>;

type EventDataOf<Event> = Event extends { readonly data: infer Schema }
  ? PayloadOf<Schema, Event>
  : 'data' extends keyof Event
    ? unknown
    : DataByType<Event>;
