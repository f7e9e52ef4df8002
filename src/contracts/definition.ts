import type { Principal } from './access.ts';
import type { WotError } from './errors.ts';
import type { Value } from './interaction.ts';
import type { JsonValue, PartialTd } from './td.ts';

/** What a handler is told of a call; uriVariables are checked and typed, `signal` aborts on time-out, cancel and disconnect. */
export interface HandlerContext {
  readonly principal: Principal;
  readonly uriVariables: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/**
 * How a property is served. With `initial` the servient holds the value: writes change it, `written` (where given) acts
 * on the device first and may refuse by throwing. Without, `read` and `write` own it and tell changes by `ThingHandle.notify`.
 * Payloads of a declared content type (`forms: [{ contentType }]`) come as Uint8Array, or as string where that is text;
 * `read`, and an action for its output, may give either or a stream of them (of Node or of the web).
 */
export interface PropertyHandler {
  readonly initial?: JsonValue | Uint8Array;
  written?(value: Value, context: HandlerContext): void | Promise<void>;
  read?(context: HandlerContext): Value | Promise<Value>;
  write?(value: Value, context: HandlerContext): void | Promise<void>;
  /** Called when the first observer comes, of the property or of all, and when the last one has gone. */
  observed?(): void;
  unobserved?(): void;
}

export type ActionHandler = (input: Value, context: HandlerContext) => Value | Promise<Value>;

/** Called when the first subscriber of an event comes, and when the last one has gone. */
export interface EventHandler {
  subscribed?(): void;
  unsubscribed?(): void;
}

/** The behaviour of a Thing, by affordance name. */
export interface ThingHandlers {
  readonly properties?: Readonly<Record<string, PropertyHandler>>;
  readonly actions?: Readonly<Record<string, ActionHandler>>;
  readonly events?: Readonly<Record<string, EventHandler>>;
  /** Called once when the Thing is unexposed or the servient stops: end timers and devices here. */
  close?(): void | Promise<void>;
}

/** The device's side of an exposed Thing. A value that does not fit its DataSchema throws WotError `internal` to the caller. */
export interface ThingHandle {
  readonly name: string;
  /** The present value of a held property. */
  get(property: string): Value;
  /** Changes a held property and tells observers. */
  set(property: string, value: Value): void;
  /** Tells observers of a change of a property that its own handlers serve. */
  notify(property: string, value: Value): void;
  emit(event: string, data?: Value): void;
  /** Tells that the device does not answer (`unavailable`, `timeout`), or by undefined that it does, where that is known without asking it. */
  tellFault(fault: WotError | undefined): void;
}

/** Thins out notifications of one property; the last value always arrives. */
export interface NotifyRule {
  /** Milliseconds between two notifications. */
  readonly minInterval?: number;
  /** Numeric change below which nothing is told. */
  readonly deadband?: number;
}

/** What belongs to this servient rather than to the TD. */
export interface ThingOptions {
  /** Path segment and topic level; default: the title's slug. */
  readonly name?: string;
  /** Held properties whose value survives a restart. */
  readonly persist?: readonly string[];
  readonly notify?: Readonly<Record<string, NotifyRule>>;
  /**
   * Properties that are not held, and synchronous actions, whose input of a declared binary type comes to its handler as a
   * ReadableStream of the web: over HTTP as it arrives, of any length; over other protocols in one piece.
   */
  readonly streams?: readonly string[];
  /** Serves the TD with a warning where it is not valid, for who did not write it and cannot correct it. */
  readonly lenient?: boolean;
}

/** A Thing to expose: data, behaviour (made anew for each exposure) and options. */
export interface ThingDefinition {
  readonly td: PartialTd;
  readonly options: ThingOptions;
  handlers(thing: ThingHandle): ThingHandlers;
}
