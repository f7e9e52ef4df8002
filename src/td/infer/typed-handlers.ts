import type { ReadableStream } from 'node:stream/web';
import type { HandlerContext, PropertyHandler, ThingHandlers } from '../../contracts/definition.ts';
import type { AffordanceKind } from '../../contracts/td.ts';
import type { Affordances, InputOf, OutputGivenOf, PropertyPayload } from './affordances.ts';
import type { GivenOf } from './payload-of.ts';
import type { Declared, MergedVariables } from './uri-variables.ts';

/** `ThingHandlers` with the names and data of a TD literal: one for each property and action, S of which get streams; loose where the TD is. */
export type TypedHandlers<T, S extends string = never> = Pick<ThingHandlers, 'close'> &
  Section<T, 'properties', PropertyHandlers<Affordances<T, 'properties'>, Declared<T>, S>> &
  Section<T, 'actions', ActionHandlers<Affordances<T, 'actions'>, Declared<T>, S>> &
  Partial<Section<T, 'events', EventHandlers<Affordances<T, 'events'>>>>;

type Section<T, K extends AffordanceKind, Handlers> = string extends keyof Affordances<T, K>
  ? Pick<ThingHandlers, K>
  : [keyof Affordances<T, K>] extends [never]
    ? { readonly [P in K]?: Readonly<Record<string, never>> }
    : { readonly [P in K]: Handlers };

type PropertyHandlers<Properties, OfThing, S> = {
  readonly [N in keyof Properties]: Pick<PropertyHandler, 'observed' | 'unobserved'> &
    (N extends S
      ? StreamHandler<Properties[N], TypedContext<Properties[N], OfThing>>
      : TypedPropertyHandler<Properties[N], TypedContext<Properties[N], OfThing>>);
};

/** Of a property that is written as a stream. */
type StreamHandler<Property, Context> = {
  readonly write: (value: ReadableStream<Uint8Array>, context: Context) => Answer<void>;
} & (Property extends { readonly writeOnly: true } ? unknown : { readonly read: Giving<Property, Context> });

type ActionHandlers<Actions, OfThing, S> = {
  readonly [N in keyof Actions]: (
    input: N extends S ? ReadableStream<Uint8Array> : InputOf<Actions[N]>,
    context: TypedContext<Actions[N], OfThing>,
  ) => Answer<OutputGivenOf<Actions[N]>>;
};

type EventHandlers<Events> = { readonly [N in keyof Events]?: NonNullable<ThingHandlers['events']>[string] };

/** Held by the servient, or served by the device; without what readOnly and writeOnly rule out. */
type TypedPropertyHandler<Property, Context> = Property extends { readonly readOnly: true }
  ? HeldReadOnly<Property> | Source<Property, Context>
  : Property extends { readonly writeOnly: true }
    ? Held<Property, Context> | Sink<Property, Context>
    : Held<Property, Context> | Device<Property, Context>;

interface HeldReadOnly<Property> extends Without<'written' | 'read' | 'write'> {
  readonly initial: PropertyPayload<Property>;
}

interface Held<Property, Context> extends Without<'read' | 'write'> {
  readonly initial: PropertyPayload<Property>;
  readonly written?: Taking<Property, Context>;
}

interface Source<Property, Context> extends Without<'initial' | 'written' | 'write'> {
  readonly read: Giving<Property, Context>;
}

interface Sink<Property, Context> extends Without<'initial' | 'written' | 'read'> {
  readonly write: Taking<Property, Context>;
}

interface Device<Property, Context> extends Without<'initial' | 'written'> {
  readonly read: Giving<Property, Context>;
  readonly write: Taking<Property, Context>;
}

type Without<Member extends string> = { readonly [M in Member]?: never };
type Giving<Property, Context> = (context: Context) => Answer<GivenOf<Property, Property>>;
type Taking<Property, Context> = (
  value: PropertyPayload<Property, 'write'>,
  context: Context,
) => Answer<void>;

/** TypeScript widens the lone literal in `async () => 'a'` to string and refuses it here; `() => 'a'` passes. */
type Answer<Data> = Data | Promise<Data>;

/** `HandlerContext` with the uriVariables that the affordance and its Thing declare. */
interface TypedContext<Affordance, OfThing> extends Omit<HandlerContext, 'uriVariables'> {
  readonly uriVariables: MergedVariables<OfThing, Affordance>;
}
