import type { ActionHandler, EventHandler, PropertyHandler } from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import type { Logger } from '../contracts/logger.ts';
import type {
  ActionAffordance,
  DataSchema,
  EventAffordance,
  PartialTd,
  PropertyAffordance,
} from '../contracts/td.ts';
import {
  type Check,
  inputCheck,
  outputCheck,
  type UriVariables,
  uriVariablesCheck,
} from './affordance-check.ts';
import type { HeldValue } from './held-value.ts';
import type { Notifier } from './notify-rule.ts';

/** A property made ready: checks compiled, the value of a held one in `held`. */
export interface HostedProperty {
  readonly name: string;
  readonly what: string;
  readonly affordance: PropertyAffordance;
  readonly handler: PropertyHandler;
  readonly checkInput: Check;
  readonly checkOutput: Check;
  readonly uriVariables: UriVariables;
  readonly notifier: Notifier;
  /** The present value where the servient holds it. */
  readonly held: HeldValue | undefined;
}

export interface HostedAction {
  readonly name: string;
  readonly what: string;
  readonly affordance: ActionAffordance;
  readonly handler: ActionHandler;
  /** Absent where the action has no input: what is sent is not looked at. */
  readonly checkInput: Check | undefined;
  readonly checkOutput: Check | undefined;
  readonly uriVariables: UriVariables;
}

export interface HostedEvent {
  readonly name: string;
  readonly what: string;
  readonly affordance: EventAffordance;
  readonly handler: EventHandler;
  readonly checkData: Check | undefined;
  readonly uriVariables: UriVariables;
}

/** Compiles the checks of one property. */
export function prepareProperty(
  td: PartialTd,
  name: string,
  parts: Pick<HostedProperty, 'handler' | 'notifier' | 'held'>,
  logger: Logger,
): HostedProperty {
  const affordance = td.properties?.[name] as PropertyAffordance;
  const what = `property ${JSON.stringify(name)} of ${JSON.stringify(td.title)}`;
  return {
    ...parts,
    name,
    what,
    affordance,
    checkInput: inputCheck(affordance, what),
    checkOutput: outputCheck(affordance, what, logger),
    uriVariables: uriVariablesCheck(declared(td, affordance), what),
  };
}

/** Compiles the checks of one action. */
export function prepareAction(
  td: PartialTd,
  name: string,
  handler: ActionHandler,
  logger: Logger,
): HostedAction {
  const affordance = td.actions?.[name] as ActionAffordance;
  const what = `action ${JSON.stringify(name)} of ${JSON.stringify(td.title)}`;
  return {
    name,
    what,
    affordance,
    handler,
    checkInput: affordance.input && inputCheck(affordance.input, what),
    checkOutput: affordance.output && outputCheck(affordance.output, what, logger),
    uriVariables: uriVariablesCheck(declared(td, affordance), what),
  };
}

/** Compiles the checks of one event. */
export function prepareEvent(
  td: PartialTd,
  name: string,
  handler: EventHandler,
  logger: Logger,
): HostedEvent {
  const affordance = td.events?.[name] as EventAffordance;
  const what = `event ${JSON.stringify(name)} of ${JSON.stringify(td.title)}`;
  return {
    name,
    what,
    affordance,
    handler,
    checkData: affordance.data && outputCheck(affordance.data, what, logger),
    uriVariables: uriVariablesCheck(declared(td, affordance), what),
  };
}

/** Affordance level wins over Thing level (TD 1.1 section 5.3.1.1). */
function declared(
  td: PartialTd,
  affordance: { readonly uriVariables?: Readonly<Record<string, DataSchema>> },
): Readonly<Record<string, DataSchema>> {
  return { ...td.uriVariables, ...affordance.uriVariables };
}

/** Finds by own name alone: `__proto__` and `constructor` are names like any other. */
export function find<T>(affordances: ReadonlyMap<string, T>, kind: string, name: string, thing: string): T {
  const found = affordances.get(name);
  if (found) return found;
  const known = [...affordances.keys()].slice(0, 20).join(', ') || 'none';
  throw new WotError(
    'not-found',
    `${kind.toUpperCase()}_UNKNOWN`,
    `Thing ${JSON.stringify(thing)} has no ${kind} ${JSON.stringify(name)}; it has: ${known}.`,
  );
}
