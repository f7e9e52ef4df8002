import { WotError } from '../contracts/errors.ts';
import type { PartialTd } from '../contracts/td.ts';
import { isJsonObject, type JsonObject, ownMember } from '../td/json-object.ts';
import {
  consumeAction,
  consumeEvent,
  consumeProperty,
  eventPayload,
  propertyPayload,
  subscribeToAll,
} from './affordances.ts';
import type { ConsumedThing } from './consumed-thing.ts';
import { Exchange, type ExchangeParts } from './exchange.ts';
import type { InteractionOptions } from './interaction-options.ts';
import { queryAllActions } from './invocation.ts';
import { mismatch, type Payload, readContent } from './payload.ts';

/** Makes the Thing that a TD describes; `stopping` ends what runs over it. */
export function createConsumedThing(
  parts: ExchangeParts,
  stopping: AbortController,
): ConsumedThing<PartialTd> {
  const { td } = parts;
  const exchange = new Exchange(parts);
  const properties = mapOf(td.properties, propertyPayload);
  const events = mapOf(td.events, eventPayload);
  const stop = async (): Promise<void> => {
    stopping.abort(
      new WotError('unavailable', 'THING_STOPPED', `The consumed Thing "${td.title}" was stopped.`),
    );
    await parts.clients.stop();
  };
  return {
    td,
    properties: recordOf(properties, (name, payload) => consumeProperty(exchange, name, payload)),
    actions: recordOf(Object.entries(td.actions ?? {}), (name, action) =>
      consumeAction(exchange, name, action),
    ),
    events: recordOf(events, (name, payload) => consumeEvent(exchange, name, payload)),
    readAll: (options = {}) => readSeveral(exchange, properties, options),
    readMultiple: (names, options = {}) =>
      readSeveral(exchange, properties, options, names) as Promise<never>,
    writeMultiple: (values, options = {}) => writeSeveral(exchange, properties, values, options),
    queryAllActions: (options = {}) => queryAllActions(exchange, options),
    observeAll: (options = {}) => subscribeToAll(exchange, 'observeallproperties', options, properties),
    subscribeAll: (options = {}) => subscribeToAll(exchange, 'subscribeallevents', options, events),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

type Payloads = ReadonlyMap<string, Payload>;

/** Reads the named properties, or all without names; every value is checked, every name must be there. */
async function readSeveral(
  exchange: Exchange,
  payloads: Payloads,
  options: InteractionOptions,
  names?: readonly string[],
): Promise<JsonObject> {
  const op = names === undefined ? 'readallproperties' : 'readmultipleproperties';
  for (const name of names ?? []) payloadOf(payloads, name);
  const { content } = await exchange.send({ op }, { options, ...(names === undefined ? {} : { names }) });
  const { properties = {} } = exchange.td;
  const values = readContent(op, content, { thing: '', schema: { properties } });
  if (!isJsonObject(values)) throw mismatch(op, 'it is no object of values by name', { cause: values });
  const read = names ?? Object.keys(values); // some Things answer with all
  for (const name of read) payloads.get(name)?.checkOutput(ownMember(values, name));
  return Object.fromEntries(read.map((name) => [name, values[name]]));
}

async function writeSeveral(
  exchange: Exchange,
  payloads: Payloads,
  values: JsonObject,
  options: InteractionOptions,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) payloadOf(payloads, name).checkInput(value);
  await exchange.send({ op: 'writemultipleproperties' }, { options, payload: values });
}

function payloadOf(payloads: Payloads, name: string): Payload {
  const payload = payloads.get(name);
  if (payload !== undefined) return payload;
  const known = [...payloads.keys()].join(', ');
  throw new WotError(
    'not-found',
    'PROPERTY_UNKNOWN',
    `The Thing has no property "${name}"; it has ${known}.`,
  );
}

function mapOf<A, R>(
  affordances: Readonly<Record<string, A>> = {},
  make: (name: string, affordance: A) => R,
): Map<string, R> {
  return new Map(Object.entries(affordances).map(([name, affordance]) => [name, make(name, affordance)]));
}

/** By name without a prototype: a Thing may have a property `constructor`. */
function recordOf<A, R>(
  entries: Iterable<readonly [string, A]>,
  make: (name: string, entry: A) => R,
): Readonly<Record<string, R>> {
  const record: Record<string, R> = Object.create(null);
  for (const [name, entry] of entries) record[name] = make(name, entry);
  return record;
}
