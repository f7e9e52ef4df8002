import type { Principal } from './access.ts';
import type { WotError } from './errors.ts';
import type { AffordanceKind, PartialTd, ThingDescription } from './td.ts';

/** A value on its way through the interaction path; its shape is the affordance's DataSchema. */
export type Value = unknown;

/** Who calls, with which uriVariables (text as received, or typed values), and when to give up. */
export interface CallContext {
  readonly principal: Principal;
  readonly uriVariables?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** What is carried besides plain data and text: bytes of declared types, or streams of them too (Node or web ones). */
  readonly carries?: 'bytes' | 'streams';
}

/** One property change or event. `id` is microseconds since 1970, strictly rising within a servient: order, identity and time in one. */
export interface Change {
  readonly id: number;
  readonly thing: string;
  readonly kind: Exclude<AffordanceKind, 'actions'>;
  readonly name: string;
  readonly data: Value;
  /** No change, but the present value at the start of an observation. */
  readonly present?: true;
}

/** Told when changes between two ids are no longer in the replay ring, or were dropped for a slow subscriber. */
export interface Gap {
  /** The last id that the subscriber is known to have. */
  readonly after: number;
  /** The first id that it gets again. */
  readonly resumesAt: number;
}

/** Receives changes; a gap is told before the change it precedes, `ended` once when the Thing goes away. */
export interface Subscriber {
  /** Told where no `after` was given, or a gap was told: all changes after this id follow. */
  since?(id: number): void;
  change(change: Change): void;
  gap?(gap: Gap): void;
  ended?(): void;
}

export interface SubscribeContext extends CallContext {
  /** Resume after this change id: what the ring still holds is delivered first. */
  readonly after?: number;
}

/** Ends a subscription; idempotent. */
export type Unsubscribe = () => void;

/** The wire states of the W3C Profile. */
export type InvocationState = 'pending' | 'running' | 'completed' | 'failed';

/** An asynchronous action as its Thing tells it (W3C Profile); times are RFC 3339. */
export interface ActionStatus {
  readonly status: InvocationState;
  readonly id?: string;
  readonly href?: string;
  readonly output?: Value;
  readonly error?: unknown;
  readonly timeRequested?: string;
  readonly timeEnded?: string;
}

/** The same inside the servient that runs it. */
export interface InvocationStatus extends ActionStatus {
  readonly id: string;
  readonly action: string;
  readonly timeRequested: string;
}

/** What invoking gave: the output of a synchronous action, or the invocation of an asynchronous one. */
export type InvokeResult = { readonly output: Value } | { readonly invocation: InvocationStatus };

/** Every operation of one hosted Thing; all fail with WotError alone, whatever the handlers throw. */
export interface Interactions {
  readProperty(name: string, context: CallContext): Promise<Value>;
  /** `readProperty` of a property that is looked for once, here: WotError `not-found` PROPERTY_UNKNOWN. */
  propertyReader(name: string): (context: CallContext) => Promise<Value>;
  /** Gives the value that the property has then, where the servient holds it, else undefined. */
  writeProperty(name: string, value: Value, context: CallContext): Promise<Value>;
  /** Starts with the present value (readable properties), unless `after` is given. */
  observeProperty(name: string, subscriber: Subscriber, context: SubscribeContext): Promise<Unsubscribe>;
  readAllProperties(context: CallContext): Promise<Readonly<Record<string, Value>>>;
  readMultipleProperties(
    names: readonly string[],
    context: CallContext,
  ): Promise<Readonly<Record<string, Value>>>;
  /** Also serves writeallproperties; checks all values before it writes the first. */
  writeMultipleProperties(values: Value, context: CallContext): Promise<void>;
  observeAllProperties(subscriber: Subscriber, context: SubscribeContext): Promise<Unsubscribe>;
  invokeAction(name: string, input: Value, context: CallContext): Promise<InvokeResult>;
  queryAction(name: string, invocationId: string, context: CallContext): Promise<InvocationStatus>;
  /** Cancels a running invocation, forgets a finished one; afterwards it is not found. */
  cancelAction(name: string, invocationId: string, context: CallContext): Promise<void>;
  /** The action that an invocation belongs to; WotError `not-found` INVOCATION_UNKNOWN. */
  actionOf(invocationId: string, context: CallContext): string;
  /** Per action, newest first. */
  queryAllActions(context: CallContext): Promise<Readonly<Record<string, readonly InvocationStatus[]>>>;
  subscribeEvent(name: string, subscriber: Subscriber, context: SubscribeContext): Promise<Unsubscribe>;
  subscribeAllEvents(subscriber: Subscriber, context: SubscribeContext): Promise<Unsubscribe>;
  /** What the ring holds of this Thing after an id, oldest first; a gap is told. */
  replay(after: number, context: CallContext): { readonly gap?: Gap; readonly changes: readonly Change[] };
}

/** A device that does not answer. */
export interface DeviceFault {
  readonly error: WotError;
  readonly since: number;
}

/** A Thing as the bindings see it: its names, its affordances, its operations, its served TD. */
export interface HostedThing {
  /** Path segment and topic level (not yet encoded); unique in a servient. */
  readonly name: string;
  readonly id: string;
  /** Affordances as defined, without forms. */
  readonly affordances: PartialTd;
  readonly interactions: Interactions;
  /** The properties and actions whose input may come as a ReadableStream of bytes. */
  readonly streams?: readonly string[];
  /** Why its device could not be reached when it was last asked (`unavailable`, `timeout`), and since when (ms since 1970); undefined once it answers. */
  readonly fault?: DeviceFault | undefined;
  /** Told when `fault` comes or goes. */
  watchFault?(told: () => void): Unsubscribe;
  /** False for the servient's own Thing, which `GET /things` leaves out. */
  readonly listed: boolean;
  /** The TD with the forms of every binding, in one of its languages where that is asked for; valid once exposed. */
  description(language?: string): ServedTd;
}

/** A TD ready to send. */
export interface ServedTd {
  readonly td: ThingDescription;
  readonly bytes: Uint8Array;
  /** Strong validator, quoted (RFC 9110 section 8.8.3). */
  readonly etag: string;
  /** The BCP 47 tags of all its MultiLanguage texts, the default language first where `@language` names it; empty where it has none. */
  readonly languages: readonly string[];
}
