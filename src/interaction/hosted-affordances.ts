import type { ActionHandler, EventHandler, PropertyHandler } from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import type {
  ActionAffordance,
  DataSchema,
  EventAffordance,
  PartialTd,
  PropertyAffordance,
} from '../contracts/td.ts';
import { compilePayloadCheck, declaredContent, eventSchema, payloadSchemas } from '../td/declared-content.ts';
import { type Checked, type UriVariables, uriVariablesCheck } from './affordance-check.ts';
import type { HeldValue } from './held-value.ts';
import type { Notifier } from './notify-rule.ts';

/** A property made ready: checks compiled, the value of a held one in `held`. */
export interface HostedProperty extends Checked {
  readonly name: string;
  readonly affordance: PropertyAffordance;
  readonly handler: PropertyHandler;
  readonly uriVariables: UriVariables;
  readonly notifier: Notifier;
  /** Whether its handler is written to by streams. */
  readonly isStream: boolean;
  /** The present value where the servient holds it. */
  readonly held: HeldValue | undefined;
}

export interface HostedAction extends Checked {
  readonly name: string;
  readonly affordance: ActionAffordance;
  readonly handler: ActionHandler;
  /** Whether its handler takes a stream. */
  readonly isStream: boolean;
  readonly uriVariables: UriVariables;
}

export interface HostedEvent extends Checked {
  readonly name: string;
  readonly affordance: EventAffordance;
  readonly handler: EventHandler;
  readonly uriVariables: UriVariables;
}

/** Compiles the checks of one property. */
export function prepareProperty(
  td: PartialTd,
  name: string,
  parts: Pick<HostedProperty, 'handler' | 'notifier' | 'held' | 'isStream'>,
): HostedProperty {
  const affordance = td.properties?.[name] as PropertyAffordance;
  const what = nameOf('property', name, td);
  const content = declaredContent(affordance);
  return {
    ...parts,
    name,
    what,
    affordance,
    content,
    input: compilePayloadCheck(affordance, 'write', content.input),
    output: compilePayloadCheck(affordance, 'read', content.output),
    uriVariables: uriVariablesCheck(declared(td, affordance), what),
  };
}

/** Compiles the checks of one action. */
export function prepareAction(
  td: PartialTd,
  name: string,
  parts: Pick<HostedAction, 'handler' | 'isStream'>,
): HostedAction {
  const affordance = td.actions?.[name] as ActionAffordance;
  const what = nameOf('action', name, td);
  const content = declaredContent(affordance);
  const { input, output } = payloadSchemas(affordance);
  return {
    ...parts,
    name,
    what,
    affordance,
    content,
    input: input && compilePayloadCheck(input, 'write', content.input),
    output: output && compilePayloadCheck(output, 'read', content.output),
    uriVariables: uriVariablesCheck(declared(td, affordance), what),
  };
}

/** Compiles the checks of one event. */
export function prepareEvent(td: PartialTd, name: string, handler: EventHandler): HostedEvent {
  const affordance = td.events?.[name] as EventAffordance;
  const what = nameOf('event', name, td);
  const content = declaredContent(affordance);
  const data = eventSchema(affordance);
  return {
    name,
    what,
    affordance,
    handler,
    content,
    output: data && compilePayloadCheck(data, 'read', content.output),
    uriVariables: uriVariablesCheck(declared(td, affordance), what),
  };
}

function nameOf(kind: string, name: string, { title }: PartialTd): string {
  return `${kind} ${JSON.stringify(name)} of ${JSON.stringify(title)}`;
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
