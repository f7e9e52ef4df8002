import type { ActionStatus } from '../contracts/interaction.ts';
import type { ThingDescription } from '../contracts/td.ts';
import type {
  ActionInput,
  ActionNames,
  ActionOutput,
  Affordances,
  EventData,
  EventNames,
  PropertyData,
  PropertyInput,
  PropertyNames,
} from '../td/infer/affordances.ts';
import type { UriVariablesOf } from '../td/infer/uri-variables.ts';
import type { ConsumedChange } from './change-queue.ts';
import type { InteractionOptions, SubscriptionOptions } from './interaction-options.ts';
import type { Invocation } from './invocation.ts';
import type { Subscription } from './subscription.ts';

/** A Thing to talk to, typed by its TD; every method rejects with WotError, or with the reason of a signal that aborted. */
export interface ConsumedThing<T> extends AsyncDisposable {
  readonly td: ThingDescription;
  readonly properties: { readonly [N in PropertyNames<T>]: ConsumedProperty<T, N> };
  readonly actions: { readonly [N in ActionNames<T>]: ConsumedAction<T, N> };
  readonly events: { readonly [N in EventNames<T>]: ConsumedEvent<T, N> };
  /** What the Thing lets the caller read, in one request. */
  readAll(options?: InteractionOptions): Promise<{ readonly [N in PropertyNames<T>]?: PropertyData<T, N> }>;
  /** All of these or an error, in one request. */
  readMultiple<N extends PropertyNames<T>>(
    names: readonly N[],
    options?: InteractionOptions,
  ): Promise<{ readonly [M in N]: PropertyData<T, M> }>;
  /** Writes several properties in one request. */
  writeMultiple(
    values: { readonly [N in PropertyNames<T>]?: PropertyInput<T, N> },
    options?: InteractionOptions,
  ): Promise<void>;
  /** The invocations that the Thing still knows, newest first where it keeps to the W3C Profile. */
  queryAllActions(
    options?: InteractionOptions,
  ): Promise<{ readonly [N in ActionNames<T>]?: readonly ActionStatus[] }>;
  observeAll(options?: SubscriptionOptions): Subscription<PropertyChange<T>, PropertyChange<T>>;
  subscribeAll(options?: SubscriptionOptions): Subscription<EventChange<T>, EventChange<T>>;
  /** Ends every subscription and every wait, and closes the connections that were made for this Thing. */
  stop(): Promise<void>;
}

/** A change of one of several properties. */
export type PropertyChange<T> = {
  [N in PropertyNames<T>]: NamedChange<N, PropertyData<T, N>>;
}[PropertyNames<T>];

/** One of several events. */
export type EventChange<T> = { [N in EventNames<T>]: NamedChange<N, EventData<T, N>> }[EventNames<T>];

export interface NamedChange<N extends string, V> extends ConsumedChange<V> {
  readonly name: N;
}

/** What a property offers: `read` unless writeOnly, `write` unless readOnly, `observe` where observable. */
export type ConsumedProperty<T, N extends PropertyNames<T>> = PropertyOf<
  T,
  Affordances<T, 'properties'>[N],
  N
>;

type PropertyOf<T, P, N extends PropertyNames<T>> = (P extends { readonly writeOnly: true }
  ? unknown
  : ReadableProperty<PropertyData<T, N>, UriVariablesOf<T, P>>) &
  (P extends { readonly readOnly: true }
    ? unknown
    : WritableProperty<PropertyInput<T, N>, UriVariablesOf<T, P>>) &
  (IsObservable<P> extends true ? ObservableProperty<PropertyData<T, N>, UriVariablesOf<T, P>> : unknown);

/** `true` in the literal, or a TD that is not known at compile time. */
type IsObservable<P> = 'observable' extends keyof P
  ? true extends P['observable' & keyof P]
    ? true
    : false
  : false;

export interface ReadableProperty<Data, Variables> {
  read(options?: InteractionOptions<Variables>): Promise<Data>;
}

export interface WritableProperty<Input, Variables> {
  write(value: Input, options?: InteractionOptions<Variables>): Promise<void>;
}

export interface ObservableProperty<Data, Variables> {
  /** The present value, then every change. */
  observe(options?: SubscriptionOptions<Variables>): Subscription<Data>;
}

/** An action: gives its output, or with `synchronous: false` an invocation to follow. */
export interface ConsumedAction<T, N extends ActionNames<T>> {
  invoke(
    ...call: Call<ActionInput<T, N>, UriVariablesOf<T, Affordances<T, 'actions'>[N]>>
  ): Promise<Invoked<Affordances<T, 'actions'>[N], ActionOutput<T, N>>>;
}

type Call<Input, Variables> = undefined extends Input
  ? [input?: Input, options?: InteractionOptions<Variables>]
  : [input: Input, options?: InteractionOptions<Variables>];

type Invoked<Action, Output> = Action extends { readonly synchronous: false } ? Invocation<Output> : Output;

export interface ConsumedEvent<T, N extends EventNames<T>> {
  subscribe(
    options?: SubscriptionOptions<UriVariablesOf<T, Affordances<T, 'events'>[N]>>,
  ): Subscription<EventData<T, N>>;
}
