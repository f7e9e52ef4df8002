import { plainDataFault } from '../codec/plain-data.ts';
import { type AccessPolicy, anonymous } from '../contracts/access.ts';
import type {
  PropertyHandler,
  ThingDefinition,
  ThingHandle,
  ThingHandlers,
} from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import type { Interactions, Value } from '../contracts/interaction.ts';
import type { Logger } from '../contracts/logger.ts';
import type { PropertyStore } from '../contracts/stores.ts';
import type { JsonValue, PartialTd } from '../contracts/td.ts';
import { compileDataCheck } from '../td/data-check.ts';
import { ownMember } from '../td/json-object.ts';
import type { ChangeFeed } from './change-feed.ts';
import { type CallEnvironment, callHandler, HandlerCall } from './handler-call.ts';
import { HeldValue } from './held-value.ts';
import {
  find,
  type HostedAction,
  type HostedEvent,
  type HostedProperty,
  prepareAction,
  prepareEvent,
  prepareProperty,
} from './hosted-affordances.ts';
import { Invocations } from './invocations.ts';
import { notifier } from './notify-rule.ts';
import { PendingSaves } from './pending-saves.ts';
import { type InteractionEnvironment, Pipeline } from './pipeline.ts';
import { copyOf } from './plain-copy.ts';

/** Milliseconds that the device's own end may take. */
const closeWithin = 1000;

/** What all Things of one servient share. */
export interface HostEnvironment extends CallEnvironment {
  readonly access: AccessPolicy;
  readonly feed: ChangeFeed;
  readonly store: PropertyStore;
}

/** A running Thing: the operations for peers, the handle for its device. */
export interface RunningThing {
  readonly interactions: Interactions;
  readonly handle: ThingHandle;
  /** How many asynchronous actions run. */
  readonly running: number;
  /** Ends subscriptions, running invocations and the device's own work. */
  close(): Promise<void>;
}

/** Whether a Thing is there; what its device says later could reach a successor of its name. */
interface Lifetime {
  isOpen: boolean;
}

/** Makes a definition run under a name: compiles its checks, loads its persistent state, makes its handlers. */
export function hostThing(definition: ThingDefinition, name: string, host: HostEnvironment): RunningThing {
  const [properties, actions, events] = [
    new Map<string, HostedProperty>(),
    new Map<string, HostedAction>(),
    new Map<string, HostedEvent>(),
  ];
  const saves = new PendingSaves(host.logger);
  const environment: InteractionEnvironment = {
    ...host,
    thing: name,
    invocations: new Invocations(host.clock),
    properties,
    actions,
    events,
    saves,
  };
  const lifetime = { isOpen: true };
  const handle = thingHandle(environment, lifetime);
  const handlers = definition.handlers(handle);
  for (const property of prepareProperties(definition, name, handlers, { ...host, saves, lifetime }))
    properties.set(property.name, property);
  const { td } = definition;
  const { logger } = host;
  for (const action of Object.keys(td.actions ?? {})) {
    actions.set(
      action,
      prepareAction(td, action, ownMember(handlers.actions, action) ?? missing(action), logger),
    );
  }
  for (const event of Object.keys(td.events ?? {})) {
    events.set(event, prepareEvent(td, event, ownMember(handlers.events, event) ?? {}, logger));
  }
  return {
    interactions: new Pipeline(environment),
    handle,
    get running() {
      return environment.invocations.running;
    },
    close: () => close(environment, handlers, lifetime),
  };
}

function prepareProperties(
  { td, options }: ThingDefinition,
  thing: string,
  handlers: ThingHandlers,
  {
    clock,
    feed,
    store,
    logger,
    saves,
    lifetime,
  }: HostEnvironment & { readonly saves: PendingSaves; readonly lifetime: Lifetime },
): HostedProperty[] {
  const stored = store.load(thing);
  return Object.entries(td.properties ?? {}).map(([name, affordance]) => {
    const handler: PropertyHandler = ownMember(handlers.properties, name) ?? {};
    const persistent = options.persist?.includes(name) === true;
    const tell = (value: Value) => {
      if (affordance.observable === true && lifetime.isOpen)
        feed.publish({ thing, kind: 'properties', name }, value);
    };
    const first = persistent && stored.has(name) ? restored(td, name, stored.get(name), logger) : undefined;
    const initial = first ?? handler.initial;
    const rule = notifier(ownMember(options.notify, name) ?? {}, { clock, tell, initial });
    const save = (value: Value) =>
      saves.track(`property ${JSON.stringify(name)}`, store.save(thing, name, value as JsonValue));
    const parts = {
      initial,
      tell: rule.offer,
      isOpen: () => lifetime.isOpen,
      ...(persistent ? { save } : {}),
    };
    const held = handler.initial === undefined ? undefined : new HeldValue(parts);
    return prepareProperty(td, name, { handler, held, notifier: rule }, logger);
  });
}

/** A stored value that an edited TD no longer allows is left for the initial one. */
function restored(td: PartialTd, name: string, value: Value, logger: Logger): Value {
  const errors = compileDataCheck(td.properties?.[name] ?? {}, 'read')(value);
  if (errors.length === 0) return value;
  const what = `property ${JSON.stringify(name)} of ${JSON.stringify(td.title)}`;
  logger.warn(`The stored value of ${what} no longer fits its DataSchema; the initial value is used`, {
    errors,
  });
  return undefined;
}

function thingHandle(environment: InteractionEnvironment, lifetime: Lifetime): ThingHandle {
  const { thing, feed } = environment;
  const property = (name: string) => find(environment.properties, 'property', name, thing);
  return {
    name: thing,
    get: (name) => copyOf(heldIn(property(name)).newest),
    set(name, value) {
      const changed = property(name);
      const held = heldIn(changed);
      checkPlain(changed.what, value);
      changed.checkOutput(value);
      // A failed save is logged, and fails the interactions that wait for it.
      held.hold(value, held.takeTurn()).catch(() => {});
    },
    notify(name, value) {
      const changed = property(name);
      checkPlain(changed.what, value);
      changed.checkOutput(value);
      changed.notifier.offer(copyOf(value));
    },
    emit(name, data) {
      const event = find(environment.events, 'event', name, thing);
      if (event.checkData) checkPlain(event.what, data);
      event.checkData?.(data);
      if (lifetime.isOpen) feed.publish({ thing, kind: 'events', name }, event.checkData && copyOf(data));
    },
  };
}

function heldIn({ held, what }: HostedProperty): HeldValue {
  if (held) return held;
  const message = `${what} is served by its own handlers; give it an initial value to have it held, or call notify.`;
  throw new WotError('internal', 'PROPERTY_NOT_HELD', message);
}

/** What no protocol can carry is refused where the device gives it, not where a peer would get it. */
function checkPlain(what: string, value: Value): void {
  const fault = value === undefined ? undefined : plainDataFault(value);
  if (fault === undefined) return;
  throw new WotError('internal', 'VALUE_NOT_PLAIN', `The value given for ${what} is no JSON data: ${fault}.`);
}

async function close(
  environment: InteractionEnvironment,
  handlers: ThingHandlers,
  lifetime: Lifetime,
): Promise<void> {
  const { thing, properties, events, feed, invocations, logger } = environment;
  invocations.close();
  for (const { notifier: open } of properties.values()) open.close();
  for (const [kind, names] of [
    ['properties', properties.keys()],
    ['events', events.keys()],
  ] as const) {
    feed.end([{ thing, kind }, ...[...names].map((name) => ({ thing, kind, name }))]);
  }
  try {
    await callHandler(
      { clock: environment.clock, logger, handlerTimeout: closeWithin },
      `closing ${JSON.stringify(thing)}`,
      new HandlerCall({ principal: anonymous }, {}),
      () => handlers.close?.(),
    );
    await environment.saves.settled();
  } catch (error) {
    logger.error(`Closing Thing ${JSON.stringify(thing)} failed`, { error });
  }
  lifetime.isOpen = false;
}

function missing(action: string): () => never {
  return () => {
    const message = `Action ${JSON.stringify(action)} has no handler; its author must add one.`;
    throw new WotError('not-implemented', 'HANDLER_MISSING', message);
  };
}
