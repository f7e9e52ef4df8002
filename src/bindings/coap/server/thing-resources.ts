import { WotError } from '../../../contracts/errors.ts';
import type {
  Change,
  HostedThing,
  SubscribeContext,
  Subscriber,
  Unsubscribe,
} from '../../../contracts/interaction.ts';
import type { AffordanceKind } from '../../../contracts/td.ts';
import { actionStatus, actionStatuses } from '../../../interaction/action-status.ts';
import {
  actionShapes,
  eventShape,
  type PayloadShape,
  propertiesShape,
  propertyShapes,
} from '../../../interaction/payload-types.ts';
import { namesIn } from '../../../interaction/query-variables.ts';
import { decodeComponent } from '../../../td/percent-encoding.ts';
import type { Method } from '../messages/coap-code.ts';
import { type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionNumber, textOption } from '../messages/coap-option.ts';
import { type CoapCall, changeRecord, refuseRecords } from './coap-call.ts';
import { patchProperties, patchProperty } from './property-patch.ts';
import type { WriteScope } from './write-turns.ts';

/** How a resource is observed (RFC 7641). */
export interface Observable {
  subscribe(subscriber: Subscriber, context: SubscribeContext): Promise<Unsubscribe>;
  wanted(change: Change): boolean;
  /** Several affordances share it, so notifications carry the name. */
  readonly shared: boolean;
  /** It begins with what is, and every change replaces the one before; events stand each for itself. */
  readonly isState: boolean;
  /** What a notification holds: the value of one affordance, or the measurements of several. */
  readonly shape?: PayloadShape;
}

/** Carries out one method of a resource. */
export type Handler = (call: CoapCall) => Envelope | Promise<Envelope>;

/** What is at a path: its methods, and how it is observed. */
export interface Resource {
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
  readonly observable?: Observable;
  /** What its writes change. */
  readonly writes?: WriteScope;
  /** What other methods than GET answer with, where that is no plain data. */
  readonly gives?: PayloadShape;
  /** A TD or a list, which caches may keep for a minute: what holds without a Max-Age. */
  readonly isDocument?: true;
}

const changed: Envelope = { code: '2.04', options: [], payload: emptyBytes };
const deleted: Envelope = { code: '2.02', options: [], payload: emptyBytes };

/** A method that answers no more than that it is done. */
const doing =
  (act: (call: CoapCall) => Promise<unknown>, response = changed): Handler =>
  async (call) => {
    await act(call);
    return response;
  };

/** The resources of Things' affordances, by kind and name; each is made when it is first asked for. */
const made = new WeakMap<HostedThing, Map<string, Resource>>();

/** The resource below a Thing, e.g. `properties`, `level`; undefined where there is none. */
export function thingResource(thing: HostedThing, segments: readonly string[]): Resource | undefined {
  const [kind = '', segment, id] = segments;
  if (!isKind(kind) || segments.length > 3) return undefined;
  if (segment === undefined) return kept(thing, kind, () => collections[kind](thing));
  const name = ownName(thing.affordances[kind], segment);
  if (name === undefined) return undefined;
  if (id === undefined) return kept(thing, `${kind}/${name}`, () => single[kind](thing, name));
  const isAsynchronous = thing.affordances.actions?.[name]?.synchronous === false;
  return kind === 'actions' && isAsynchronous ? invocation(thing, name, id) : undefined;
}

function kept(thing: HostedThing, key: string, make: () => Resource): Resource {
  const resources = made.get(thing) ?? new Map<string, Resource>();
  const known = resources.get(key);
  if (known !== undefined) return known;
  const resource = make();
  made.set(thing, resources.set(key, resource));
  return resource;
}

const isKind = (kind: string): kind is AffordanceKind => Object.hasOwn(collections, kind);

const collections: Readonly<Record<AffordanceKind, (thing: HostedThing) => Resource>> = {
  properties: allProperties,
  actions: allActions,
  events: allEvents,
};

const single: Readonly<Record<AffordanceKind, (thing: HostedThing, name: string) => Resource>> = {
  properties: property,
  actions: action,
  events: event,
};

/** The name that a segment means: Uri-Path is UTF-8 as it is (RFC 7252 section 5.10.1), but some clients percent-encode it. */
function ownName(members: object = {}, segment: string): string | undefined {
  if (Object.hasOwn(members, segment)) return segment;
  const decoded = decodeComponent(segment);
  return Object.hasOwn(members, decoded) ? decoded : undefined;
}

function property(thing: HostedThing, name: string): Resource {
  const { interactions } = thing;
  const schema = thing.affordances.properties?.[name];
  const { takes, gives } = propertyShapes(thing, name);
  const observed: Observable = {
    subscribe: (subscriber, context) =>
      interactions.observeProperty(name, subscriber, { ...context, carries: 'bytes' }),
    wanted: (change) => change.kind === 'properties' && change.name === name,
    shared: false,
    isState: true,
    shape: gives,
  };
  const GET: Handler = async (call) =>
    replayed(thing, observed, call) ??
    call.answer('2.05', await interactions.readProperty(name, call.carrying), { shape: gives });
  const PUT = doing((call) => interactions.writeProperty(name, call.input(takes), call.carrying));
  const PATCH = doing((call) => patchProperty(thing, name, call));
  const isObject = takes.type === undefined && schema?.type === 'object';
  return {
    methods: { GET, PUT, ...(isObject ? { PATCH, iPATCH: PATCH } : {}) },
    writes: { thing, property: name },
    gives,
    ...(schema?.observable === true ? { observable: observed } : {}),
  };
}

function allProperties(thing: HostedThing): Resource {
  const { interactions } = thing;
  const { properties = {} } = thing.affordances;
  const shape = propertiesShape(thing);
  const observable: Observable = {
    subscribe: (subscriber, context) => interactions.observeAllProperties(subscriber, context),
    wanted: ({ kind, name }) => kind === 'properties' && properties[name]?.observable === true,
    shared: true,
    isState: true,
    shape,
  };
  const read = async (names: readonly string[], call: CoapCall): Promise<Envelope> =>
    call.answer('2.05', await interactions.readMultipleProperties(names, call), { shape });
  const PATCH = doing((call) => patchProperties(thing, shape, call));
  return {
    observable,
    writes: { thing },
    gives: shape,
    methods: {
      async GET(call) {
        const { names } = call.uriVariables;
        if (names !== undefined) return read(namesIn([names], properties), call);
        return (
          replayed(thing, observable, call) ??
          call.answer('2.05', await interactions.readAllProperties(call), { shape })
        );
      },
      FETCH: (call) => read(nameList(call.input()), call),
      PUT: doing((call) => interactions.writeMultipleProperties(call.input(shape), call)),
      PATCH,
      iPATCH: PATCH,
    },
  };
}

function action({ name: thing, interactions, affordances }: HostedThing, name: string): Resource {
  const { takes, gives } = actionShapes(affordances.actions?.[name] ?? {});
  return {
    gives,
    methods: {
      async POST(call) {
        const result = await interactions.invokeAction(name, call.input(takes), call.carrying);
        if (!('invocation' in result)) return call.answer('2.04', result.output, { shape: gives });
        const segments = ['things', thing, 'actions', name, result.invocation.id];
        const options = segments.map((segment) => textOption(optionNumber.locationPath, segment));
        return call.answer('2.01', actionStatus(thing, result.invocation), { options });
      },
    },
  };
}

function invocation({ name: thing, interactions }: HostedThing, name: string, id: string): Resource {
  const cancel = doing((call) => interactions.cancelAction(name, id, call), deleted);
  return {
    methods: {
      GET: async (call) =>
        call.answer('2.05', actionStatus(thing, await interactions.queryAction(name, id, call))),
      DELETE: cancel,
      POST: cancel, // the default method of cancelaction (W3C CoAP binding)
    },
  };
}

function allActions({ name: thing, interactions }: HostedThing): Resource {
  return {
    methods: {
      GET: async (call) =>
        call.answer('2.05', actionStatuses(thing, await interactions.queryAllActions(call))),
    },
  };
}

function event(thing: HostedThing, name: string): Resource {
  const { interactions } = thing;
  return eventResource(thing, {
    subscribe: (subscriber, context) =>
      interactions.subscribeEvent(name, subscriber, { ...context, carries: 'bytes' }),
    wanted: (change) => change.kind === 'events' && change.name === name,
    shared: false,
    isState: false,
    shape: eventShape(thing, name),
  });
}

function allEvents(thing: HostedThing): Resource {
  const { interactions } = thing;
  return eventResource(thing, {
    subscribe: (subscriber, context) => interactions.subscribeAllEvents(subscriber, context),
    wanted: ({ kind }) => kind === 'events',
    shared: true,
    isState: false,
  });
}

/** A plain GET answers the last event that the ring holds, or nothing. */
function eventResource(thing: HostedThing, observable: Observable): Resource {
  const GET = (call: CoapCall): Envelope => {
    const replay = replayed(thing, observable, call);
    if (replay !== undefined) return replay;
    const { shape, shared, wanted } = observable;
    const last = thing.interactions.replay(0, shared ? call : call.carrying).changes.findLast(wanted);
    return last === undefined
      ? call.answer('2.05', undefined, { shape })
      : call.answerChange(last, observable);
  };
  return { observable, methods: { GET } };
}

/** `?after={id}`: what the ring holds since then, a gap first. */
function replayed(
  { interactions }: HostedThing,
  { wanted, shared, shape }: Observable,
  call: CoapCall,
): Envelope | undefined {
  const { after } = call;
  if (after === undefined) return undefined;
  refuseRecords(shape);
  const { gap, changes } = interactions.replay(after, call);
  const records = changes.filter(wanted).map((change) => changeRecord(change, shared));
  return call.answer('2.05', gap ? [{ gap }, ...records] : records);
}

function nameList(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  throw new WotError(
    'invalid',
    'NAMES_EXPECTED',
    'FETCH takes an array of property names, e.g. ["level","flag"].',
  );
}
