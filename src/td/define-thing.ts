import type {
  NotifyRule,
  ThingDefinition,
  ThingHandle,
  ThingHandlers,
  ThingOptions,
} from '../contracts/definition.ts';
import type { PartialTd } from '../contracts/td.ts';
import { checkOptions, checkTd } from './check-definition.ts';
import { checkHandlers } from './check-handlers.ts';
import type { ActionNames, PropertyNames } from './infer/affordances.ts';
import type { TypedHandle } from './infer/typed-handle.ts';
import type { TypedHandlers } from './infer/typed-handlers.ts';

/** A definition that remembers its TD literal: `typeof definition.td` types consumers. */
export interface DefinedThing<T extends PartialTd> extends ThingDefinition {
  readonly td: T;
}

/** `ThingOptions` with the names of a TD literal, S those of its streams. */
export interface TypedOptions<T, S extends string = string> extends Pick<ThingOptions, 'name'> {
  readonly persist?: readonly PropertyNames<T>[];
  readonly notify?: { readonly [N in PropertyNames<T>]?: NotifyRule };
  readonly streams?: readonly (S & (PropertyNames<T> | ActionNames<T>))[];
}

/** Handlers, or how to make them for each exposure from the Thing's handle. */
export type HandlersFor<T, S extends string = never> =
  | TypedHandlers<T, S>
  | ((thing: TypedHandle<T>) => TypedHandlers<T, S>);

/**
 * Puts behaviour to a TD; the literal types the handlers, without `as const`. Handlers are checked at once, those made by a
 * function whenever they are made (`definition.handlers`). Throws WotError `invalid`.
 */
export function defineThing<const T extends PartialTd, const S extends string = never>(
  td: T,
  // The conditional type makes TypeScript work with the literal, not with T: a third fewer instantiations.
  handlers: NoInfer<T extends unknown ? HandlersFor<T, S> : never>,
  options: TypedOptions<NoInfer<T>, S> = {},
): DefinedThing<T> {
  const loose = options as ThingOptions;
  const behaviour = handlers as ThingHandlers | ((thing: ThingHandle) => ThingHandlers);
  checkTd(td);
  checkOptions(td, loose);
  const make = typeof behaviour === 'function' ? behaviour : () => behaviour;
  if (typeof behaviour !== 'function') checkHandlers(td, behaviour, loose);
  return { td, options: loose, handlers: (thing) => checkHandlers(td, make(thing), loose) };
}
