import { type AccessPolicy, type Right, servientItself } from '../contracts/access.ts';
import { WotError } from '../contracts/errors.ts';
import type {
  CallContext,
  Change,
  Interactions,
  InvocationStatus,
  InvokeResult,
  SubscribeContext,
  Subscriber,
  Unsubscribe,
  Value,
} from '../contracts/interaction.ts';
import { isBinary, isRaw } from '../td/declared-content.ts';
import { isObservable, isReadable } from '../td/offered.ts';
import { checkInput, checkOutput } from './affordance-check.ts';
import type { ChangeFeed, Replay, Topic } from './change-feed.ts';
import { asInputStream, asPayload, carried, refuseUncarried } from './declared-payload.ts';
import { type CallEnvironment, callHandler, HandlerCall, handlerFailed } from './handler-call.ts';
import { find, type HostedAction, type HostedEvent, type HostedProperty } from './hosted-affordances.ts';
import type { Invocations } from './invocations.ts';
import type { PendingSaves } from './pending-saves.ts';
import {
  asObject,
  atMember,
  checkWrite,
  isNotToldYet,
  notOffered,
  partlyWritten,
  readAsTheyCome,
  readProperty,
  readSeveral,
  tellPresent,
  writeChecked,
} from './property-operations.ts';
import { only, openSubscription, type SubscriptionStart } from './subscriptions.ts';
import { tellHandlers } from './watcher-hooks.ts';

/** What the operations of one Thing stand on. */
export interface InteractionEnvironment extends CallEnvironment {
  readonly thing: string;
  readonly access: AccessPolicy;
  readonly feed: ChangeFeed;
  readonly invocations: Invocations;
  readonly properties: ReadonlyMap<string, HostedProperty>;
  readonly actions: ReadonlyMap<string, HostedAction>;
  readonly events: ReadonlyMap<string, HostedEvent>;
  /** State on its way into the store. */
  readonly saves: PendingSaves;
  /** Bytes up to which a stream is read for who cannot carry it. */
  readonly maxPayload: number;
}

/** The one path of every operation over every protocol: find, authorise, check input, call, check output. */
export class Pipeline implements Interactions {
  readonly #environment: InteractionEnvironment;
  // What every call looks at, one step nearer: with thousands of Things each step is a cache miss.
  readonly #thing: string;
  readonly #access: AccessPolicy;

  constructor(environment: InteractionEnvironment) {
    this.#environment = environment;
    this.#thing = environment.thing;
    this.#access = environment.access;
  }

  async readProperty(name: string, context: CallContext): Promise<Value> {
    return this.#read(this.#property(name), context);
  }

  propertyReader(name: string): (context: CallContext) => Promise<Value> {
    const property = this.#property(name);
    return async (context) => this.#read(property, context);
  }

  async writeProperty(name: string, value: Value, context: CallContext): Promise<Value> {
    const property = this.#property(name);
    this.#authorise(context, 'write', name);
    const given = asPayload(value, property.content.input);
    return writeChecked(this.#environment, property, given, checkWrite(property, given, context));
  }

  async observeProperty(
    name: string,
    subscriber: Subscriber,
    context: SubscribeContext,
  ): Promise<Unsubscribe> {
    const property = this.#property(name);
    this.#authorise(context, 'read', name);
    if (property.affordance.observable !== true) {
      throw notOffered('PROPERTY_NOT_OBSERVABLE', `${property.what} is not observable`, ['readproperty']);
    }
    refuseUncarried(property.what, property.content.output, context, 'read');
    property.uriVariables(context.uriVariables);
    const present = (tell: (name: string, value: Value) => void) =>
      tellPresent(this.#environment, property, context, tell);
    const start = { after: context.after, present };
    return this.#watch([property], { kind: 'properties', name }, subscriber, start);
  }

  async readAllProperties(context: CallContext): Promise<Readonly<Record<string, Value>>> {
    const readable = this.#allowed(context, 'read').filter(({ affordance }) => isReadable(affordance));
    return readSeveral(this.#environment, readable, context, isNotToldYet);
  }

  async readMultipleProperties(
    names: readonly string[],
    context: CallContext,
  ): Promise<Readonly<Record<string, Value>>> {
    const properties = [...new Set(names)].map((name) => this.#property(name));
    for (const { name } of properties) this.#authorise(context, 'read', name);
    return readSeveral(this.#environment, properties, context);
  }

  async writeMultipleProperties(values: Value, context: CallContext): Promise<void> {
    const writes = Object.entries(asObject(values)).map(([name, value]) => {
      const property = this.#property(name);
      this.#authorise(context, 'write', name);
      return { property, value, call: atMember(name, () => checkWrite(property, value, context)) };
    });
    const written: string[] = [];
    for (const { property, value, call } of writes) {
      try {
        await writeChecked(this.#environment, property, value, call);
      } catch (error) {
        throw partlyWritten(error, property.name, written);
      }
      written.push(property.name);
    }
  }

  async observeAllProperties(subscriber: Subscriber, context: SubscribeContext): Promise<Unsubscribe> {
    const observable = this.#allowed(context, 'read').filter(
      ({ affordance }) =>
        isObservable(affordance) || (affordance.observable === true && context.carries !== undefined),
    );
    const names = new Set(observable.map(({ name }) => name));
    const readable = observable.filter(({ affordance }) => affordance.writeOnly !== true);
    const present = (tell: (name: string, value: Value) => void) =>
      readAsTheyCome(this.#environment, readable, context, tell);
    const start = { after: context.after, present };
    return this.#watch(observable, { kind: 'properties' }, only(names, subscriber), start);
  }

  async invokeAction(name: string, input: Value, context: CallContext): Promise<InvokeResult> {
    const action = this.#action(name);
    this.#authorise(context, 'invoke', name);
    const { content, what } = action;
    refuseUncarried(what, action.input && content.input, context, 'write');
    refuseUncarried(what, content.output, context, 'read');
    const uriVariables = action.uriVariables(context.uriVariables);
    const given = asPayload(input, content.input);
    checkInput(action, given);
    const asynchronous = action.affordance.synchronous === false;
    // An asynchronous action outlives the request that started it.
    const caller = asynchronous ? { principal: context.principal } : context;
    const call = new HandlerCall(caller, uriVariables);
    const taken = action.isStream ? asInputStream(given, call) : action.input && given;
    const answer = () => action.handler(taken, call);
    const carries = asynchronous ? undefined : context.carries;
    const carrier = { what, call, maxPayload: this.#environment.maxPayload, carries };
    const { output } = content;
    const invoke = isRaw(output) ? () => carried(answer(), output, carrier) : answer;
    if (asynchronous) return { invocation: this.#start(action, call, invoke) };
    return { output: await this.#result(action, await callHandler(this.#environment, what, call, invoke)) };
  }

  async queryAction(name: string, invocationId: string, context: CallContext): Promise<InvocationStatus> {
    this.#asynchronous(name, context);
    return this.#environment.invocations.query(name, invocationId);
  }

  async cancelAction(name: string, invocationId: string, context: CallContext): Promise<void> {
    this.#asynchronous(name, context);
    this.#environment.invocations.cancel(name, invocationId);
  }

  actionOf(invocationId: string, context: CallContext): string {
    const action = this.#environment.invocations.actionOf(invocationId);
    this.#authorise(context, 'invoke', action);
    return action;
  }

  async queryAllActions(
    context: CallContext,
  ): Promise<Readonly<Record<string, readonly InvocationStatus[]>>> {
    const { actions, invocations } = this.#environment;
    const asynchronous = [...actions.values()].filter(
      ({ name, affordance }) => affordance.synchronous === false && this.#allows(context, 'invoke', name),
    );
    return Object.fromEntries(asynchronous.map(({ name }) => [name, invocations.all(name)]));
  }

  async subscribeEvent(
    name: string,
    subscriber: Subscriber,
    context: SubscribeContext,
  ): Promise<Unsubscribe> {
    const event = find(this.#environment.events, 'event', name, this.#thing);
    this.#authorise(context, 'subscribe', name);
    refuseUncarried(event.what, event.content.output, context, 'read');
    event.uriVariables(context.uriVariables);
    return this.#watch([event], { kind: 'events', name }, subscriber, { after: context.after });
  }

  async subscribeAllEvents(subscriber: Subscriber, context: SubscribeContext): Promise<Unsubscribe> {
    const events = [...this.#environment.events.values()].filter(
      ({ name, content }) =>
        this.#allows(context, 'subscribe', name) &&
        (context.carries !== undefined || !isBinary(content.output)),
    );
    const names = new Set(events.map(({ name }) => name));
    return this.#watch(events, { kind: 'events' }, only(names, subscriber), { after: context.after });
  }

  replay(after: number, context: CallContext): Replay {
    const { feed, thing } = this.#environment;
    const rights = { properties: 'read', events: 'subscribe' } as const;
    const wanted = (change: Change) =>
      change.thing === thing &&
      this.#allows(context, rights[change.kind], change.name) &&
      (context.carries !== undefined || !(change.data instanceof Uint8Array));
    return feed.replay(wanted, after);
  }

  /** Starts a subscription, and tells the handlers of what it watches. */
  async #watch(
    watched: readonly (HostedProperty | HostedEvent)[],
    topic: Omit<Topic, 'thing'>,
    subscriber: Subscriber,
    start: SubscriptionStart,
  ): Promise<Unsubscribe> {
    const { feed, thing, logger } = this.#environment;
    const stop = await openSubscription(feed, { thing, ...topic }, subscriber, start);
    return tellHandlers(watched, stop, logger);
  }

  #start(action: HostedAction, call: HandlerCall, invoke: () => unknown): InvocationStatus {
    const environment = this.#environment;
    const run = async () => {
      try {
        return await this.#result(action, await invoke());
      } catch (error) {
        // What was cancelled fails whatever its device does.
        throw handlerFailed(error, action.what, call.isWanted ? environment : { logger: environment.logger });
      }
    };
    return environment.invocations.start(action.name, run, (reason) => call.abort(reason));
  }

  /** What an action gave: checked, told once the state that it changed is kept. */
  async #result(action: HostedAction, given: Value): Promise<Value> {
    const { logger, saves, device } = this.#environment;
    device?.answered();
    const output = checkOutput(action, given, logger);
    await saves.settled();
    return output;
  }

  #asynchronous(name: string, context: CallContext): void {
    const { affordance, what } = this.#action(name);
    this.#authorise(context, 'invoke', name);
    if (affordance.synchronous !== false) {
      throw notOffered('ACTION_SYNCHRONOUS', `${what} is synchronous and has no invocations`, [
        'invokeaction',
      ]);
    }
  }

  #read(property: HostedProperty, context: CallContext): Value | Promise<Value> {
    this.#authorise(context, 'read', property.name);
    return readProperty(this.#environment, property, context);
  }

  #property(name: string): HostedProperty {
    return find(this.#environment.properties, 'property', name, this.#thing);
  }

  #action(name: string): HostedAction {
    return find(this.#environment.actions, 'action', name, this.#thing);
  }

  #allows({ principal }: CallContext, right: Right, affordance: string): boolean {
    return principal === servientItself || this.#access.allows(principal, right, this.#thing, affordance);
  }

  #allowed(context: CallContext, right: Right): HostedProperty[] {
    return [...this.#environment.properties.values()].filter(({ name }) =>
      this.#allows(context, right, name),
    );
  }

  #authorise(context: CallContext, right: Right, affordance: string): void {
    if (this.#allows(context, right, affordance)) return;
    const where = `${JSON.stringify(affordance)} of ${JSON.stringify(this.#thing)}`;
    const message = `${context.principal.name} may not ${right} ${where}; ask its administrator for the right.`;
    throw new WotError('forbidden', 'RIGHT_MISSING', message);
  }
}
