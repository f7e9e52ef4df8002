import { codecFor } from '../../codec/registry.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import type { ActionAffordance, PropertyAffordance } from '../../contracts/td.ts';
import { actionStatus, actionStatuses } from '../../interaction/action-status.ts';
import { isPayloadStream } from '../../interaction/declared-payload.ts';
import { thingPath } from '../../interaction/path-forms.ts';
import {
  actionShapes,
  payloadTypes,
  propertiesShape,
  propertyShapes,
  sentValue,
} from '../../interaction/payload-types.ts';
import { namesIn } from '../../interaction/query-variables.ts';
import { declaredContent, isBinary, isRaw } from '../../td/declared-content.ts';
import { decodeComponent } from '../../td/percent-encoding.ts';
import { eventStream } from './client/sse-parser.ts';
import { negotiate } from './messages/negotiation.ts';
import { checkConditions } from './messages/preconditions.ts';
import type { BodyParts } from './messages/received-body.ts';
import { requestValue, withBody } from './messages/request-body.ts';
import type { ServerExchange } from './messages/server-exchange.ts';
import type { SseSource, SseStreams } from './messages/sse-stream.ts';
import { sendStream } from './messages/stream-answer.ts';
import type { Methods } from './routes.ts';

/** What has no DataSchema of its own: several values, states of actions. */
const offered = payloadTypes({});

/** What the routes of a Thing need of their server. */
export interface RouteParts extends BodyParts {
  readonly thing: HostedThing;
  readonly streams: SseStreams;
  /** The path before all of the servient's own, as peers see it. */
  readonly prefix: string;
}

/** Every path of a Thing with its methods, made once when it is exposed. */
export function interactionRoutes(parts: RouteParts): ReadonlyMap<string, Methods> {
  const { name, affordances, interactions } = parts.thing;
  const routes = new Map<string, Methods>();
  for (const [property, affordance] of Object.entries(affordances.properties ?? {})) {
    routes.set(thingPath(name, 'properties', property), propertyMethods(parts, property, affordance));
  }
  for (const [action, affordance] of Object.entries(affordances.actions ?? {})) {
    routes.set(thingPath(name, 'actions', action), actionMethods(parts, action, affordance));
  }
  for (const event of Object.keys(affordances.events ?? {})) {
    const source: SseSource = (...subscribing) => interactions.subscribeEvent(event, ...subscribing);
    routes.set(thingPath(name, 'events', event), eventMethods(parts, source));
  }
  routes.set(thingPath(name, 'properties'), allPropertiesMethods(parts));
  routes.set(thingPath(name, 'actions'), allActionsMethods(parts));
  routes.set(
    thingPath(name, 'events'),
    eventMethods(parts, (...subscribing) => interactions.subscribeAllEvents(...subscribing)),
  );
  return routes;
}

const propertyRefusals = { GET: 'PROPERTY_WRITE_ONLY', PUT: 'PROPERTY_READ_ONLY' };

function propertyMethods(parts: RouteParts, name: string, affordance: PropertyAffordance): Methods {
  const { interactions } = parts.thing;
  const { takes, gives } = propertyShapes(parts.thing, name);
  const { type: output } = gives;
  const types = payloadTypes(gives);
  const choice = affordance.observable === true && !isBinary(output) ? withStream(types) : types;
  const raw = isRaw(output);
  const readValue = interactions.propertyReader(name);
  const read = async (exchange: ServerExchange) => {
    const type = exchange.accepted(choice);
    if (type === eventStream) {
      return parts.streams.serve(exchange, (...subscribing) =>
        interactions.observeProperty(name, ...subscribing),
      );
    }
    if (output !== undefined) exchange.guard(output);
    const value = await readValue(raw ? exchange.carrying : exchange);
    return isPayloadStream(value)
      ? sendStream(exchange, type, value)
      : sendValue(exchange, type, sentValue(type, value, gives));
  };
  const isStream = parts.thing.streams?.includes(name) === true;
  const write = async (exchange: ServerExchange) => {
    checkConditions(exchange);
    const take = (value: unknown) =>
      interactions.writeProperty(name, value, isRaw(takes.type) ? exchange.carrying : exchange);
    if (isStream) await withBody(exchange, takes, take);
    else await take(await requestValue(exchange, parts, takes));
    exchange.sendNothing();
  };
  return {
    ...(affordance.writeOnly === true && affordance.observable !== true ? {} : { GET: read }),
    ...(affordance.readOnly === true ? {} : { PUT: write }),
    refusals: propertyRefusals,
  };
}

const streamed = new WeakMap<readonly string[], readonly string[]>();

/** Lists that many affordances share stay shared. */
function withStream(types: readonly string[]): readonly string[] {
  const all = streamed.get(types) ?? [...types, eventStream];
  streamed.set(types, all);
  return all;
}

function allPropertiesMethods(parts: RouteParts): Methods {
  const { thing, streams } = parts;
  const { interactions, affordances } = thing;
  const shape = propertiesShape(thing);
  const types = withStream(payloadTypes(shape));
  return {
    async GET(exchange) {
      const type = exchange.accepted(types);
      if (type === eventStream) {
        return streams.serve(exchange, (...subscribing) => interactions.observeAllProperties(...subscribing));
      }
      const names = requestedNames(exchange.query, affordances.properties ?? {});
      const values = names
        ? await interactions.readMultipleProperties(names, exchange)
        : await interactions.readAllProperties(exchange);
      sendValue(exchange, type, sentValue(type, values, shape));
    },
    async PUT(exchange) {
      checkConditions(exchange);
      await interactions.writeMultipleProperties(await requestValue(exchange, parts, shape), exchange);
      exchange.sendNothing();
    },
  };
}

function actionMethods(parts: RouteParts, name: string, affordance: ActionAffordance): Methods {
  const { thing, prefix } = parts;
  const { interactions } = thing;
  const { takes, gives } = actionShapes(affordance);
  const types = payloadTypes(gives);
  const answers = gives.schema !== undefined || affordance.synchronous === false;
  const raw = isRaw(takes.type) || isRaw(declaredContent(affordance).output);
  const invoke = async (exchange: ServerExchange, type: string, value: unknown) => {
    const result = await interactions.invokeAction(name, value, raw ? exchange.carrying : exchange);
    if ('invocation' in result) {
      const status = actionStatus(thing.name, result.invocation, prefix);
      // Profile http-basic invokeaction-21: 201 with Location and the ActionStatus.
      exchange.response.setHeader('location', status.href);
      sendValue(exchange, type, status, 201);
    } else if (gives.schema === undefined) {
      exchange.sendNothing();
    } else if (isPayloadStream(result.output)) {
      await sendStream(exchange, type, result.output);
    } else {
      sendValue(exchange, type, result.output);
    }
  };
  const isStream = thing.streams?.includes(name) === true;
  const POST = async (exchange: ServerExchange) => {
    checkConditions(exchange);
    const type = answers ? exchange.accepted(types) : '';
    if (gives.type !== undefined) exchange.guard(gives.type);
    if (isStream) return withBody(exchange, takes, (body) => invoke(exchange, type, body));
    return invoke(exchange, type, await requestValue(exchange, parts, takes));
  };
  return { POST };
}

/** The resource of one invocation; the id is the last segment of the path. */
export function invocationMethods({ thing, prefix }: RouteParts, action: string, id: string): Methods {
  return {
    async GET(exchange) {
      const type = exchange.accepted(offered);
      const status = await thing.interactions.queryAction(action, id, exchange);
      sendValue(exchange, type, actionStatus(thing.name, status, prefix));
    },
    async DELETE(exchange) {
      thing.interactions.actionOf(id, exchange);
      checkConditions(exchange);
      await thing.interactions.cancelAction(action, id, exchange);
      exchange.sendNothing();
    },
  };
}

function allActionsMethods({ thing, prefix }: RouteParts): Methods {
  return {
    async GET(exchange) {
      const type = exchange.accepted(offered);
      const all = await thing.interactions.queryAllActions(exchange);
      sendValue(exchange, type, actionStatuses(thing.name, all, prefix));
    },
  };
}

function eventMethods({ streams }: RouteParts, source: SseSource): Methods {
  return {
    GET(exchange) {
      refusePlainGet(exchange);
      return streams.serve(exchange, source);
    },
  };
}

/** A stream never ends: it must be asked for by its name. */
function refusePlainGet({ request: { headers } }: ServerExchange): void {
  const named = headers.accept?.toLowerCase().includes(eventStream) === true;
  if (named && negotiate(headers.accept, [eventStream])) return;
  const message = `Events are a stream here; ask with "Accept: ${eventStream}".`;
  throw new WotError('not-acceptable', 'EVENT_STREAM_ONLY', message);
}

/** Values of `names`, which may be there several times, split at commas that are not part of a known name. */
function requestedNames(query: string, properties: object): readonly string[] | undefined {
  const given = query.split('&').filter((pair) => /^names(?:=|$)/.test(pair));
  if (given.length === 0) return undefined;
  const pieces = given.flatMap((pair) => pair.slice('names='.length).split(','));
  if (pieces.every((piece) => piece === '')) {
    const message =
      'The query parameter names is empty; name the properties to read, separated by commas, or leave it out to read all.';
    throw new WotError('invalid', 'NAMES_MISSING', message);
  }
  return namesIn(
    pieces.map((piece) => decodeComponent(piece.replaceAll('+', ' '))),
    properties,
  );
}

function sendValue(exchange: ServerExchange, type: string, value: unknown, status = 200): void {
  const codec = codecFor(type);
  if (!codec) throw new Error(`No codec for ${type}`);
  exchange.send(status, type, codec.encode(value));
}
