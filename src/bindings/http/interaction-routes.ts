import { codecFor } from '../../codec/registry.ts';
import type { Limits } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Change, HostedThing, InvocationStatus } from '../../contracts/interaction.ts';
import type { ActionAffordance, PropertyAffordance } from '../../contracts/td.ts';
import { thingPath } from '../../interaction/path-forms.ts';
import { requestValue } from './request-body.ts';
import type { Methods } from './routes.ts';
import { decodeComponent, type ServerExchange } from './server-exchange.ts';
import type { SseStreams } from './sse-stream.ts';

const offered = ['application/json', 'application/cbor'] as const;
const eventStream = 'text/event-stream';

/** What the routes of a Thing need of their server. */
export interface RouteParts {
  readonly thing: HostedThing;
  readonly streams: SseStreams;
  readonly limits: Limits;
}

/** Every path of a Thing with its methods, made once when it is exposed. */
export function interactionRoutes(parts: RouteParts): ReadonlyMap<string, Methods> {
  const { name, affordances } = parts.thing;
  const routes = new Map<string, Methods>();
  for (const [property, affordance] of Object.entries(affordances.properties ?? {})) {
    routes.set(thingPath(name, 'properties', property), propertyMethods(parts, property, affordance));
  }
  for (const [action, affordance] of Object.entries(affordances.actions ?? {})) {
    routes.set(thingPath(name, 'actions', action), actionMethods(parts, action, affordance));
  }
  for (const event of Object.keys(affordances.events ?? {})) {
    routes.set(thingPath(name, 'events', event), eventMethods(parts, event));
  }
  routes.set(thingPath(name, 'properties'), allPropertiesMethods(parts));
  routes.set(thingPath(name, 'actions'), allActionsMethods(parts));
  routes.set(thingPath(name, 'events'), allEventsMethods(parts));
  return routes;
}

function propertyMethods(parts: RouteParts, name: string, affordance: PropertyAffordance): Methods {
  const { interactions } = parts.thing;
  const read = async (exchange: ServerExchange) => {
    if (wantsStream(exchange)) return streamProperty(parts, name, exchange);
    const type = exchange.accepted(offered);
    sendValue(exchange, type, await interactions.readProperty(name, exchange));
  };
  const write = async (exchange: ServerExchange) => {
    await interactions.writeProperty(name, await requestValue(exchange, parts.limits), exchange);
    exchange.sendNothing();
  };
  const refusals = { GET: 'PROPERTY_WRITE_ONLY', PUT: 'PROPERTY_READ_ONLY' };
  return {
    ...(affordance.writeOnly === true && affordance.observable !== true ? {} : { GET: read }),
    ...(affordance.readOnly === true ? {} : { PUT: write }),
    refusals,
  };
}

function streamProperty(
  { thing, streams }: RouteParts,
  name: string,
  exchange: ServerExchange,
): Promise<void> {
  const { interactions } = thing;
  return streams.serve(exchange, {
    interactions,
    wanted: (change) => change.kind === 'properties' && change.name === name,
    subscribe: (subscriber, after) => interactions.observeProperty(name, subscriber, since(exchange, after)),
  });
}

function allPropertiesMethods({ thing, streams, limits }: RouteParts): Methods {
  const { interactions, affordances } = thing;
  const observable = ({ kind, name }: Change) =>
    kind === 'properties' && affordances.properties?.[name]?.observable === true;
  return {
    async GET(exchange) {
      if (wantsStream(exchange)) {
        return streams.serve(exchange, {
          interactions,
          wanted: observable,
          subscribe: (subscriber, after) =>
            interactions.observeAllProperties(subscriber, since(exchange, after)),
        });
      }
      const type = exchange.accepted(offered);
      const names = requestedNames(exchange.query, affordances.properties ?? {});
      const values = names
        ? await interactions.readMultipleProperties(names, exchange)
        : await interactions.readAllProperties(exchange);
      sendValue(exchange, type, values);
    },
    async PUT(exchange) {
      await interactions.writeMultipleProperties(await requestValue(exchange, limits), exchange);
      exchange.sendNothing();
    },
  };
}

function actionMethods({ thing, limits }: RouteParts, name: string, affordance: ActionAffordance): Methods {
  const { interactions } = thing;
  const invoke = async (exchange: ServerExchange) => {
    const type = exchange.accepted(offered);
    const result = await interactions.invokeAction(name, await requestValue(exchange, limits), exchange);
    if ('invocation' in result) {
      const status = actionStatus(thing.name, result.invocation);
      // Profile http-basic invokeaction-21: 201 with Location and the ActionStatus.
      exchange.response.setHeader('location', status.href);
      sendValue(exchange, type, status, 201);
    } else if (affordance.output === undefined) {
      exchange.sendNothing();
    } else {
      sendValue(exchange, type, result.output);
    }
  };
  return { POST: invoke };
}

/** The resource of one invocation; the id is the last segment of the path. */
export function invocationMethods(thing: HostedThing, action: string, id: string): Methods {
  return {
    async GET(exchange) {
      const type = exchange.accepted(offered);
      const status = await thing.interactions.queryAction(action, id, exchange);
      sendValue(exchange, type, actionStatus(thing.name, status));
    },
    async DELETE(exchange) {
      await thing.interactions.cancelAction(action, id, exchange);
      exchange.sendNothing();
    },
  };
}

function allActionsMethods({ thing }: RouteParts): Methods {
  return {
    async GET(exchange) {
      const type = exchange.accepted(offered);
      const all = await thing.interactions.queryAllActions(exchange);
      const statuses = Object.entries(all).map(
        ([action, invocations]) =>
          [action, invocations.map((status) => actionStatus(thing.name, status))] as const,
      );
      sendValue(exchange, type, Object.fromEntries(statuses));
    },
  };
}

function eventMethods({ thing, streams }: RouteParts, name: string): Methods {
  const { interactions } = thing;
  return {
    GET(exchange) {
      refusePlainGet(exchange);
      return streams.serve(exchange, {
        interactions,
        wanted: (change) => change.kind === 'events' && change.name === name,
        subscribe: (subscriber, after) =>
          interactions.subscribeEvent(name, subscriber, since(exchange, after)),
      });
    },
  };
}

function allEventsMethods({ thing, streams }: RouteParts): Methods {
  const { interactions } = thing;
  return {
    GET(exchange) {
      refusePlainGet(exchange);
      return streams.serve(exchange, {
        interactions,
        wanted: ({ kind }) => kind === 'events',
        subscribe: (subscriber, after) => interactions.subscribeAllEvents(subscriber, since(exchange, after)),
      });
    },
  };
}

/** Profile ActionStatus: the invocation with its address. */
function actionStatus(thing: string, { id, action, ...status }: InvocationStatus) {
  return { ...status, href: thingPath(thing, 'actions', action, id) };
}

function wantsStream({ request: { headers } }: ServerExchange): boolean {
  return headers.accept?.includes(eventStream) === true;
}

function refusePlainGet(exchange: ServerExchange): void {
  if (wantsStream(exchange)) return;
  const message = `Events are a stream here; ask with "Accept: ${eventStream}".`;
  throw new WotError('not-acceptable', 'EVENT_STREAM_ONLY', message);
}

function since({ principal, uriVariables }: ServerExchange, after: number | undefined) {
  return { principal, uriVariables, ...(after === undefined ? {} : { after }) };
}

/** Values of `names`, split at commas that are not part of a known name. */
function requestedNames(query: string, properties: object): readonly string[] | undefined {
  const raw = query.split('&').find((pair) => pair.startsWith('names='));
  if (raw === undefined) return undefined;
  const pieces = raw
    .slice('names='.length)
    .split(',')
    .map((piece) => decodeComponent(piece.replaceAll('+', ' ')));
  return pieces.flatMap((piece) => (Object.hasOwn(properties, piece) ? [piece] : piece.split(',')));
}

function sendValue(exchange: ServerExchange, type: string, value: unknown, status = 200): void {
  const codec = codecFor(type);
  if (codec) exchange.send(status, type, codec.encode(value));
}
