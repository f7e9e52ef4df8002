import { isDeepStrictEqual } from 'node:util';
import type { AccessPolicy } from '../contracts/access.ts';
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
import type { ChangeFeed } from './change-feed.ts';
import type { CallEnvironment } from './handler-call.ts';
import {
  find,
  type HeldValue,
  type HostedAction,
  type HostedEvent,
  type HostedProperty,
  prepareAction,
  prepareEvent,
  prepareProperty,
} from './hosted-affordances.ts';
import { Invocations } from './invocations.ts';
import { notifier } from './notify-rule.ts';
import { type InteractionEnvironment, Pipeline } from './pipeline.ts';

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
  /** Ends subscriptions, running invocations and the device's own work. */
  close(): Promise<void>;
}

/** Makes a definition run under a name: compiles its checks, loads its persistent state, makes its handlers. */
export function hostThing(definition: ThingDefinition, name: string, host: HostEnvironment): RunningThing {
  const [properties, actions, events] = [
    new Map<string, HostedProperty>(),
    new Map<string, HostedAction>(),
    new Map<string, HostedEvent>(),
  ];
  const environment: InteractionEnvironment = {
    clock: host.clock,
    logger: host.logger,
    handlerTimeout: host.handlerTimeout,
    access: host.access,
    feed: host.feed,
    thing: name,
    invocations: new Invocations(host.clock),
    properties,
    actions,
    events,
    hold: (property, value) => hold(host.store, name, property, value),
  };
  const handle = thingHandle(environment);
  const handlers = definition.handlers(handle);
  for (const property of prepareProperties(definition, name, handlers, host))
    properties.set(property.name, property);
  const { td } = definition;
  const { logger } = host;
  for (const action of Object.keys(td.actions ?? {})) {
    actions.set(action, prepareAction(td, action, own(handlers.actions, action) ?? missing(action), logger));
  }
  for (const event of Object.keys(td.events ?? {})) {
    events.set(event, prepareEvent(td, event, own(handlers.events, event) ?? {}, logger));
  }
  return {
    interactions: new Pipeline(environment),
    handle,
    close: () => close(environment, handlers),
  };
}

function prepareProperties(
  { td, options }: ThingDefinition,
  thing: string,
  handlers: ThingHandlers,
  { clock, feed, store, logger }: HostEnvironment,
): HostedProperty[] {
  const stored = store.load(thing);
  return Object.entries(td.properties ?? {}).map(([name, affordance]) => {
    const handler: PropertyHandler = own(handlers.properties, name) ?? {};
    const persistent = options.persist?.includes(name) === true;
    const tell = (value: Value) => {
      if (affordance.observable === true) feed.publish({ thing, kind: 'properties', name }, value);
    };
    const first = persistent && stored.has(name) ? restored(td, name, stored.get(name), logger) : undefined;
    const held =
      handler.initial === undefined ? undefined : { value: first ?? handler.initial, turns: 0, turn: 0 };
    const rule = notifier(own(options.notify, name) ?? {}, { clock, tell, initial: held?.value });
    return prepareProperty(td, name, { handler, persistent, held, notifier: rule }, logger);
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

function thingHandle(environment: InteractionEnvironment): ThingHandle {
  const { thing, feed } = environment;
  const property = (name: string) => find(environment.properties, 'property', name, thing);
  return {
    name: thing,
    get: (name) => heldIn(property(name)).value,
    set(name, value) {
      const changed = property(name);
      changed.checkOutput(value);
      heldIn(changed);
      environment.hold(changed, value).catch((error) => {
        environment.logger.error(`The value of ${changed.what} could not be stored`, { error });
      });
    },
    notify(name, value) {
      const changed = property(name);
      changed.checkOutput(value);
      changed.notifier.offer(value);
    },
    emit(name, data) {
      const event = find(environment.events, 'event', name, thing);
      event.checkData?.(data);
      feed.publish({ thing, kind: 'events', name }, event.checkData && data);
    },
  };
}

/** Durable first, then visible: what a caller was told or shown is not lost later. Of two values under way the later wins. */
async function hold(
  store: PropertyStore,
  thing: string,
  property: HostedProperty,
  value: Value,
): Promise<void> {
  const held = heldIn(property);
  const turn = ++held.turns;
  if (property.persistent) await store.save(thing, property.name, value as JsonValue);
  if (turn < held.turn) return;
  held.turn = turn;
  if (isDeepStrictEqual(held.value, value)) return;
  held.value = value;
  property.notifier.offer(value);
}

function heldIn({ held, what }: HostedProperty): HeldValue {
  if (held) return held;
  const message = `${what} is served by its own handlers; give it an initial value to have it held, or call notify.`;
  throw new WotError('internal', 'PROPERTY_NOT_HELD', message);
}

async function close(environment: InteractionEnvironment, handlers: ThingHandlers): Promise<void> {
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
    await handlers.close?.();
  } catch (error) {
    logger.error(`Closing Thing ${JSON.stringify(thing)} failed`, { error });
  }
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

function missing(action: string): () => never {
  return () => {
    const message = `Action ${JSON.stringify(action)} has no handler; its author must add one.`;
    throw new WotError('not-implemented', 'HANDLER_MISSING', message);
  };
}
