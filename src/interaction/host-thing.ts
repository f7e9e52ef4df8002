import { plainDataFault } from '../codec/plain-data.ts';
import { type AccessPolicy, anonymous } from '../contracts/access.ts';
import type {
  PropertyHandler,
  ThingDefinition,
  ThingHandle,
  ThingHandlers,
} from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import type { DeviceFault, Interactions, Unsubscribe, Value } from '../contracts/interaction.ts';
import type { Logger } from '../contracts/logger.ts';
import type { PropertyStore } from '../contracts/stores.ts';
import type { JsonValue, PartialTd } from '../contracts/td.ts';
import { compileDataCheck } from '../td/data-check.ts';
import { declaredContent, isBinary } from '../td/declared-content.ts';
import { ownMember } from '../td/json-object.ts';
import { checkOutput } from './affordance-check.ts';
import type { ChangeFeed } from './change-feed.ts';
import { asPayload } from './declared-payload.ts';
import { DeviceContact } from './device-contact.ts';
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
  /** Bytes up to which a stream is read for protocols that carry whole payloads; default 1 MiB. */
  readonly maxPayload?: number;
}

/** A running Thing: the operations for peers, the handle for its device. */
export interface RunningThing {
  readonly interactions: Interactions;
  readonly handle: ThingHandle;
  /** Why its device does not answer. */
  readonly fault: DeviceFault | undefined;
  /** Tells when that comes or goes. */
  watchFault(told: () => void): Unsubscribe;
  /** How many asynchronous actions run. */
  readonly running: number;
  /** Ends subscriptions, running invocations and the device's own work. */
  close(): Promise<void>;
}

/** What the parts of one Thing stand on. */
interface ThingEnvironment extends HostEnvironment, InteractionEnvironment {
  readonly maxPayload: number;
  /** Whether the Thing is there; what its device says later could reach a successor of its name. */
  readonly lifetime: { isOpen: boolean };
  readonly device: DeviceContact;
}

/** Makes a definition run under a name: compiles its checks, loads its persistent state, makes its handlers. */
export function hostThing(definition: ThingDefinition, name: string, host: HostEnvironment): RunningThing {
  const [properties, actions, events] = [
    new Map<string, HostedProperty>(),
    new Map<string, HostedAction>(),
    new Map<string, HostedEvent>(),
  ];
  const environment: ThingEnvironment = {
    maxPayload: 1024 * 1024,
    ...host,
    thing: name,
    invocations: new Invocations(host.clock),
    properties,
    actions,
    events,
    saves: new PendingSaves(host.logger),
    lifetime: { isOpen: true },
    device: new DeviceContact(host.clock),
  };
  const handle = thingHandle(environment);
  const handlers = definition.handlers(handle);
  for (const property of prepareProperties(definition, handlers, environment)) {
    properties.set(property.name, property);
  }
  const { td, options } = definition;
  for (const action of Object.keys(td.actions ?? {})) {
    const handler = ownMember(handlers.actions, action) ?? missing(action);
    const isStream = options.streams?.includes(action) === true;
    actions.set(action, prepareAction(td, action, { handler, isStream }));
  }
  for (const event of Object.keys(td.events ?? {})) {
    events.set(event, prepareEvent(td, event, ownMember(handlers.events, event) ?? {}));
  }
  return new HostedRun(environment, handlers, handle);
}

class HostedRun implements RunningThing {
  readonly interactions: Interactions;
  readonly handle: ThingHandle;
  readonly #environment: ThingEnvironment;
  readonly #handlers: ThingHandlers;

  constructor(environment: ThingEnvironment, handlers: ThingHandlers, handle: ThingHandle) {
    this.interactions = new Pipeline(environment);
    this.handle = handle;
    this.#environment = environment;
    this.#handlers = handlers;
  }

  get fault(): DeviceFault | undefined {
    return this.#environment.device.fault;
  }

  watchFault(told: () => void): Unsubscribe {
    return this.#environment.device.watch(told);
  }

  get running(): number {
    return this.#environment.invocations.running;
  }

  close(): Promise<void> {
    return close(this.#environment, this.#handlers);
  }
}

function prepareProperties(
  { td, options }: ThingDefinition,
  handlers: ThingHandlers,
  environment: ThingEnvironment,
): HostedProperty[] {
  const { thing, clock, store, logger, lifetime, saves } = environment;
  const stored = options.persist ? store.load(thing) : undefined;
  const refuseClosed = () => {
    if (!lifetime.isOpen) throw saves.refuse(thing);
  };
  return Object.entries(td.properties ?? {}).map(([name, affordance]) => {
    const handler: PropertyHandler = ownMember(handlers.properties, name) ?? {};
    const persistent = options.persist?.includes(name) === true;
    const first = stored?.has(name) && persistent ? restored(td, name, stored.get(name), logger) : undefined;
    const initial = asPayload(first ?? handler.initial, declaredContent(affordance).output);
    const tell = affordance.observable === true ? teller(name, environment) : untold;
    const rule = notifier(ownMember(options.notify, name) ?? {}, { clock, tell, initial });
    const save = persistent ? saver(name, environment) : undefined;
    const parts = { initial, save, tell: rule.offer, refuseClosed };
    const held = handler.initial === undefined ? undefined : new HeldValue(parts);
    const isStream = options.streams?.includes(name) === true;
    return prepareProperty(td, name, { handler, held, notifier: rule, isStream });
  });
}

function teller(name: string, { thing, feed, lifetime }: ThingEnvironment): (value: Value) => void {
  return (value) => {
    if (lifetime.isOpen) feed.publish({ thing, kind: 'properties', name }, value);
  };
}

function untold(): void {}

function saver(name: string, { thing, store, saves }: ThingEnvironment): (value: Value) => Promise<void> {
  return (value) =>
    saves.track(`property ${JSON.stringify(name)}`, store.save(thing, name, value as JsonValue));
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

function thingHandle(environment: ThingEnvironment): ThingHandle {
  const { thing, feed, lifetime, device } = environment;
  const property = (name: string) => find(environment.properties, 'property', name, thing);
  return {
    name: thing,
    get: (name) => copyOf(heldIn(property(name)).newest),
    set(name, value) {
      const changed = property(name);
      const held = heldIn(changed);
      const told = toTell(changed, value);
      checkOutput(changed, told, environment.logger);
      // What cannot be kept fails the interactions that wait for it.
      held.hold(told, held.takeTurn()).catch(() => {});
    },
    notify(name, value) {
      const changed = property(name);
      const told = toTell(changed, value);
      checkOutput(changed, told, environment.logger);
      changed.notifier.offer(copyOf(told));
    },
    emit(name, data) {
      const event = find(environment.events, 'event', name, thing);
      const told = event.output && toTell(event, data);
      checkOutput(event, told, environment.logger);
      if (lifetime.isOpen) feed.publish({ thing, kind: 'events', name }, copyOf(told));
    },
    tellFault: (fault) => (fault ? device.failed(fault) : device.answered()),
  };
}

function heldIn({ held, what }: HostedProperty): HeldValue {
  if (held) return held;
  const message = `${what} is served by its own handlers; give it an initial value to have it held, or call notify.`;
  throw new WotError('internal', 'PROPERTY_NOT_HELD', message);
}

/** A value for observers; what no protocol can carry is refused where the device gives it, not where a peer would get it. */
function toTell({ what, content }: HostedProperty | HostedEvent, value: Value): Value {
  const told = asPayload(value, content.output);
  if (told === undefined || (told instanceof Uint8Array && isBinary(content.output))) return told;
  const fault = plainDataFault(told);
  if (fault === undefined) return told;
  throw new WotError('internal', 'VALUE_NOT_PLAIN', `The value given for ${what} is no JSON data: ${fault}.`);
}

async function close(environment: ThingEnvironment, handlers: ThingHandlers): Promise<void> {
  const { thing, properties, events, feed, invocations, logger, lifetime } = environment;
  invocations.close();
  for (const { notifier: open } of properties.values()) open.close();
  for (const [kind, names] of [
    ['properties', properties.keys()],
    ['events', events.keys()],
  ] as const) {
    feed.end([{ thing, kind }, ...[...names].map((name) => ({ thing, kind, name }))]);
  }
  const failed = (error: unknown) => {
    logger.error(`Closing Thing ${JSON.stringify(thing)} failed`, { error });
  };
  await callHandler(
    { clock: environment.clock, logger, handlerTimeout: closeWithin },
    `closing ${JSON.stringify(thing)}`,
    new HandlerCall({ principal: anonymous }, {}),
    () => handlers.close?.(),
  ).catch(failed);
  // A successor finds all that was acknowledged: nothing joins what is on its way to the store now.
  lifetime.isOpen = false;
  await environment.saves.settled().catch(failed);
}

function missing(action: string): () => never {
  return () => {
    const message = `Action ${JSON.stringify(action)} has no handler; its author must add one.`;
    throw new WotError('not-implemented', 'HANDLER_MISSING', message);
  };
}
