import type { Notification } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { ActionAffordance, EventAffordance, Op, PropertyAffordance } from '../contracts/td.ts';
import { carriesBytes, eventSchema, payloadSchemas } from '../td/declared-content.ts';
import type { ConsumedChange } from './change-queue.ts';
import type { NamedChange } from './consumed-thing.ts';
import type { Exchange, Target } from './exchange.ts';
import type { InteractionOptions, SubscriptionOptions } from './interaction-options.ts';
import { finishedInvocation, followInvocation, isInvocation } from './invocation.ts';
import { mismatch, Payload, readContent } from './payload.ts';
import { createSubscription, type Subscription } from './subscription.ts';

/** A property without the types of its TD. */
export interface AnyProperty {
  read(options?: InteractionOptions): Promise<unknown>;
  write(value: unknown, options?: InteractionOptions): Promise<void>;
  observe(options?: SubscriptionOptions): Subscription<unknown>;
}

export function consumeProperty(exchange: Exchange, name: string, payload: Payload): AnyProperty {
  const target = (op: Op): Target => ({ op, kind: 'properties', name });
  return {
    async read(options = {}) {
      const { content } = await exchange.send(target('readproperty'), { options });
      return payload.read(content);
    },
    async write(value, options = {}) {
      payload.checkInput(value);
      await exchange.send(target('writeproperty'), { options, payload: value });
    },
    observe: (options = {}) =>
      subscription(exchange, target('observeproperty'), options, {
        read: (notification) => changeOf(notification, payload.read(notification.content)),
        project: ({ value }) => value,
      }),
  };
}

/** An action without the types of its TD. */
export interface AnyAction {
  invoke(input?: unknown, options?: InteractionOptions): Promise<unknown>;
}

export function consumeAction(exchange: Exchange, name: string, affordance: ActionAffordance): AnyAction {
  const { synchronous } = affordance;
  const what = `action "${name}"`;
  const schemas = payloadSchemas(affordance);
  const binary = carriesBytes(affordance);
  const input = schemas.input && new Payload(what, schemas.input, { binary });
  const output = schemas.output && new Payload(what, schemas.output, { binary });
  return {
    async invoke(value, options = {}) {
      if (input === undefined && value !== undefined) throw noInput(what);
      // Where a form alone tells of an input, it may be left out.
      if (value !== undefined || affordance.input !== undefined) input?.checkInput(value);
      const target: Target = { op: 'invokeaction', kind: 'actions', name };
      const response = await exchange.send(target, { options, payload: value });
      if (!isInvocation(response, synchronous)) {
        const result = output?.read(response.content);
        return synchronous === false ? finishedInvocation(result) : result;
      }
      const invocation = followInvocation({ exchange, action: name, options, output }, response);
      return synchronous === false ? invocation : invocation.result;
    },
  };
}

/** An event without the types of its TD. */
export interface AnyEvent {
  subscribe(options?: SubscriptionOptions): Subscription<unknown>;
}

export function consumeEvent(exchange: Exchange, name: string, payload: Payload | undefined): AnyEvent {
  return {
    subscribe: (options = {}) =>
      subscription(exchange, { op: 'subscribeevent', kind: 'events', name }, options, {
        read: (notification) => changeOf(notification, payload?.read(notification.content)),
        project: ({ value }) => value,
      }),
  };
}

/** The checks of an event's data, where it has any. */
export function eventPayload(name: string, event: EventAffordance): Payload | undefined {
  const schema = eventSchema(event);
  return schema && new Payload(`event "${name}"`, schema, { binary: carriesBytes(event), name });
}

export function propertyPayload(name: string, property: PropertyAffordance): Payload {
  return new Payload(`property "${name}"`, property, { binary: carriesBytes(property), name });
}

/** All properties or all events: each notification is checked by its name, and ignored where the TD has none of it. */
export function subscribeToAll(
  exchange: Exchange,
  op: 'observeallproperties' | 'subscribeallevents',
  options: SubscriptionOptions,
  payloads: ReadonlyMap<string, Payload | undefined>,
): Subscription<NamedChange<string, unknown>, NamedChange<string, unknown>> {
  return subscription(exchange, { op }, options, {
    read(notification) {
      const { name, content } = notification;
      if (name === undefined)
        throw mismatch(op, 'a notification names no affordance', { cause: notification });
      if (!payloads.has(name)) return undefined;
      const payload = payloads.get(name);
      const value = payload === undefined ? readContent(name, content) : payload.read(content);
      return { ...changeOf(notification, value), name };
    },
    project: (change) => change,
  });
}

interface Reading<V, C> {
  read(notification: Notification): C | undefined;
  project(change: C): V;
}

function subscription<V, C extends ConsumedChange<unknown>>(
  exchange: Exchange,
  target: Target,
  options: SubscriptionOptions,
  reading: Reading<V, C>,
): Subscription<V, C> {
  return createSubscription({
    ...reading,
    open: (listener, signal) => exchange.subscribe(target, { options: { ...options, signal } }, listener),
    signal: exchange.signal(options),
    connection: options,
    queue: options.queue ?? 1000,
  });
}

function changeOf({ id, timestamp }: Notification, value: unknown): ConsumedChange<unknown> {
  return { value, ...(id === undefined ? {} : { id }), ...(timestamp === undefined ? {} : { timestamp }) };
}

function noInput(what: string): WotError {
  return new WotError(
    'invalid',
    'INPUT_UNEXPECTED',
    `${what} takes no input by its TD; invoke it without a value.`,
  );
}
