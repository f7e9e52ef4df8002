import { codecFor } from '../../codec/registry.ts';
import type { Limits } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import type { ActionAffordance, PropertyAffordance } from '../../contracts/td.ts';
import { actionStatus, actionStatuses } from '../../interaction/action-status.ts';
import { thingPath } from '../../interaction/path-forms.ts';
import { decodeComponent, namesIn } from '../../interaction/uri-component.ts';
import { requestValue } from './request-body.ts';
import type { Methods } from './routes.ts';
import type { ServerExchange } from './server-exchange.ts';
import type { SseStreams } from './sse-stream.ts';

const offered = ['application/json', 'application/cbor'] as const;
const eventStream = 'text/event-stream';

/** What the routes of a Thing need of their server. */
export interface RouteParts {
  readonly thing: HostedThing;
  readonly streams: SseStreams;
  readonly limits: Limits;
  /** The path before all of the servient's own, as peers see it. */
  readonly prefix: string;
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
  return streams.serve(exchange, (subscriber, after) =>
    thing.interactions.observeProperty(name, subscriber, since(exchange, after)),
  );
}

function allPropertiesMethods({ thing, streams, limits }: RouteParts): Methods {
  const { interactions, affordances } = thing;
  return {
    async GET(exchange) {
      if (wantsStream(exchange)) {
        return streams.serve(exchange, (subscriber, after) =>
          interactions.observeAllProperties(subscriber, since(exchange, after)),
        );
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

function actionMethods(parts: RouteParts, name: string, affordance: ActionAffordance): Methods {
  const { thing, limits, prefix } = parts;
  const { interactions } = thing;
  const invoke = async (exchange: ServerExchange) => {
    const type = exchange.accepted(offered);
    const result = await interactions.invokeAction(name, await requestValue(exchange, limits), exchange);
    if ('invocation' in result) {
      const status = actionStatus(thing.name, result.invocation, prefix);
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
export function invocationMethods({ thing, prefix }: RouteParts, action: string, id: string): Methods {
  return {
    async GET(exchange) {
      const type = exchange.accepted(offered);
      const status = await thing.interactions.queryAction(action, id, exchange);
      sendValue(exchange, type, actionStatus(thing.name, status, prefix));
    },
    async DELETE(exchange) {
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

function eventMethods({ thing, streams }: RouteParts, name: string): Methods {
  const { interactions } = thing;
  return {
    GET(exchange) {
      refusePlainGet(exchange);
      return streams.serve(exchange, (subscriber, after) =>
        interactions.subscribeEvent(name, subscriber, since(exchange, after)),
      );
    },
  };
}

function allEventsMethods({ thing, streams }: RouteParts): Methods {
  const { interactions } = thing;
  return {
    GET(exchange) {
      refusePlainGet(exchange);
      return streams.serve(exchange, (subscriber, after) =>
        interactions.subscribeAllEvents(subscriber, since(exchange, after)),
      );
    },
  };
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
  return namesIn(pieces, properties);
}

function sendValue(exchange: ServerExchange, type: string, value: unknown, status = 200): void {
  const codec = codecFor(type);
  if (codec) exchange.send(status, type, codec.encode(value));
}
