import { WotError } from '../../../contracts/errors.ts';
import type { CallContext, HostedThing, Value } from '../../../contracts/interaction.ts';
import { idToTimestamp } from '../../../interaction/change-ids.ts';
import {
  actionShapes,
  type PayloadShape,
  propertyShapes,
  sentValue,
} from '../../../interaction/payload-types.ts';
import type { TopicSpace } from '../messages/topic-space.ts';

/** What a request topic does. */
export interface Route {
  /** Takes the payload's value, gives the result's. */
  run(input: Value, context: CallContext): Promise<Value>;
  /** What the payload is, where that is no plain data. */
  readonly takes?: PayloadShape;
  /** The content type of the result, where one is declared. */
  readonly gives?: string | undefined;
}

type Run = Route['run'];

/** The request topics of a Thing by name (without what follows the verb). */
export function requestRoutes(hosted: HostedThing, topics: TopicSpace): ReadonlyMap<string, Route> {
  const { name: thing, affordances, interactions } = hosted;
  const routes = new Map<string, Route>();
  const set = (topic: string, run: Run, content: Omit<Route, 'run'> = {}) =>
    routes.set(topic, { run, ...content });
  for (const name of Object.keys(affordances.properties ?? {})) {
    const topic = topics.affordance(thing, 'properties', name);
    const { takes, gives } = propertyShapes(hosted, name);
    const read: Run = async (_input, context) =>
      sentValue(gives.type ?? '', await interactions.readProperty(name, context), gives);
    set(`${topic}/get`, read, { gives: gives.type });
    const write: Run = async (value, context) => {
      await interactions.writeProperty(name, value, context);
    };
    set(`${topic}/set`, write, { takes });
  }
  for (const [name, affordance] of Object.entries(affordances.actions ?? {})) {
    const topic = topics.affordance(thing, 'actions', name);
    const invoke: Run = async (input, context) => {
      const result = await interactions.invokeAction(name, input, context);
      return 'invocation' in result ? result.invocation : result.output;
    };
    const { takes, gives } = actionShapes(affordance);
    set(`${topic}/invoke`, invoke, { takes, gives: gives.type });
    set(`${topic}/query`, async (id, context) => interactions.queryAction(name, invocationId(id), context));
    set(`${topic}/cancel`, async (id, context) => interactions.cancelAction(name, invocationId(id), context));
  }
  for (const [op, run] of Object.entries(thingRoutes(interactions))) {
    set(topics.op(thing, op), run);
  }
  return routes;
}

function thingRoutes(interactions: HostedThing['interactions']): Readonly<Record<string, Run>> {
  return {
    readallproperties: (_input, context) => interactions.readAllProperties(context),
    readmultipleproperties: async (names, context) =>
      interactions.readMultipleProperties(propertyNames(names), context),
    writeallproperties: (values, context) => interactions.writeMultipleProperties(values, context),
    writemultipleproperties: (values, context) => interactions.writeMultipleProperties(values, context),
    queryallactions: (_input, context) => interactions.queryAllActions(context),
    replay: async (input, context) => replay(interactions, input, context),
  };
}

/** `[{ gap }?, { id, timestamp, kind, name, data }...]`, oldest first. */
function replay(interactions: HostedThing['interactions'], input: Value, context: CallContext): Value {
  const after = (input as { readonly after?: unknown } | null | undefined)?.after;
  if (typeof after !== 'number') throw expected('an object with the number "after", the last change id');
  const { gap, changes } = interactions.replay(after, { principal: context.principal });
  return [
    ...(gap ? [{ gap }] : []),
    ...changes.map(({ id, kind, name, data }) => ({ id, timestamp: idToTimestamp(id), kind, name, data })),
  ];
}

function invocationId(input: Value): string {
  if (typeof input !== 'string') throw expected('the invocation id, a string');
  return input;
}

function propertyNames(input: Value): readonly string[] {
  if (!Array.isArray(input) || !input.every((name) => typeof name === 'string')) {
    throw expected('an array of property names');
  }
  return input;
}

function expected(what: string): WotError {
  return new WotError('invalid', 'PAYLOAD_UNEXPECTED', `The payload must be ${what}.`);
}
