import type { Right } from '../../../contracts/access.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { AffordanceKind } from '../../../contracts/td.ts';

/** A name as one topic level: percent-encoded UTF-8, `/ + # $ %` included, and `.`, at which NATS and RabbitMQ cut levels too. */
export function encodeLevel(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll('.', '%2E');
}

/** A request's topic taken apart: `{base}[/{clientId}/{correlationId}][/?{query}]`. */
export interface RequestTopic {
  /** `things/{name}/{kind}/{affordance}/{verb}` or `things/{name}/ops/{op}`, behind the prefix. */
  readonly base: string;
  /** Whether it is about a Thing as a whole. */
  readonly isOp: boolean;
  /** Where a 3.1.1 client waits for the result; absent where it wants none. */
  readonly replyTopic?: string;
  /** That client. */
  readonly clientId?: string;
  /** uriVariables as in the query of a URI, still encoded. */
  readonly query?: string;
}

const idLevel = /^[\w-]{1,64}$/;

/** The first levels that Things and servients have for themselves. */
const spaces: readonly string[] = ['things', 'servients'];

/** Kinds of affordances that requests go to. */
const asked = ['properties', 'actions'] as const;

/** The verbs that end their topics, and what who publishes there must be allowed. */
const verbs: Readonly<Record<(typeof asked)[number], Readonly<Record<string, Right>>>> = {
  properties: { set: 'write', get: 'read' },
  actions: { invoke: 'invoke', query: 'invoke', cancel: 'invoke' },
};

/** What who publishes at a request topic of an affordance must be allowed, by verb. */
export const requestRights: ReadonlyMap<string, Right> = new Map(
  Object.values(verbs).flatMap((each) => Object.entries(each)),
);

/** The topic below which the results of a request topic are told: its last level replaced by `reply`. */
export function replyBase(base: string): string {
  return `${base.slice(0, base.lastIndexOf('/'))}/reply`;
}

/** The topics of one servient: all lie below its prefix, so that several sites share a broker. */
export class TopicSpace {
  /** Empty, or with a slash at its end. */
  readonly #prefix: string;

  /** `prefix` has no slash at either end; empty = none. */
  constructor(prefix = '') {
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
  }

  /** What all topics begin with: empty, or with a slash at its end. */
  get root(): string {
    return this.#prefix;
  }

  /** The filters of all topics that Things and servients have for themselves. */
  get reserved(): readonly string[] {
    return spaces.map((space) => `${this.#prefix}${space}/#`);
  }

  /** Where a Thing's TD is retained, and below which all its topics lie. */
  thing(name: string): string {
    return `${this.#prefix}things/${encodeLevel(name)}`;
  }

  /** Where `online` or `offline` of a Thing is retained; cleared when it is removed. */
  thingStatus(name: string): string {
    return `${this.thing(name)}/status`;
  }

  /** Where the client id of the servient that a Thing belongs to is retained. */
  thingServient(name: string): string {
    return `${this.thing(name)}/servient`;
  }

  /** An affordance's topic: the values of a property or event; requests go to a verb below it. */
  affordance(thing: string, kind: AffordanceKind, name: string): string {
    return `${this.thing(thing)}/${kind}/${encodeLevel(name)}`;
  }

  /** Where a Thing is asked for what concerns several affordances. */
  op(thing: string, op: string): string {
    return `${this.thing(thing)}/ops/${op}`;
  }

  /** What to subscribe to for all requests to a Thing or to any; to unknown affordances and ops too, so that they get an answer. */
  requestFilters(thing?: Pick<HostedThing, 'name' | 'affordances'>): readonly string[] {
    const topic = thing ? this.thing(thing.name) : `${this.#prefix}things/+`;
    const kinds = asked.filter((kind) => !thing || thing.affordances[kind]);
    const ofAffordances = kinds.flatMap((kind) =>
      Object.keys(verbs[kind]).map((verb) => `${topic}/${kind}/+/${verb}/#`),
    );
    return [...ofAffordances, `${topic}/ops/#`];
  }

  /** The filters of the results of one client, whatever it asks. */
  replyFilters(clientId: string): readonly string[] {
    return [...asked.map((kind) => `${kind}/+`), 'ops'].map(
      (each) => `${this.#prefix}things/+/${each}/reply/${clientId}/#`,
    );
  }

  /** The filter of the states of all servients. */
  get anyServientStatus(): string {
    return `${this.#prefix}servients/+/status`;
  }

  /** Where a servient's `online` or `offline` is retained. */
  servientStatus(clientId: string): string {
    return `${this.#prefix}servients/${encodeLevel(clientId)}/status`;
  }

  /** Where a servient tells itself how far the broker is. */
  servientEcho(clientId: string): string {
    return `${this.#prefix}servients/${encodeLevel(clientId)}/echo`;
  }

  /** Where a servient publishes for nobody, to keep a connection moving. */
  servientNudge(clientId: string): string {
    return `${this.#prefix}servients/${encodeLevel(clientId)}/nudge`;
  }

  /** The topic of the Thing that a topic belongs to; undefined where it belongs to none. */
  thingOf(topic: string): string | undefined {
    const [space, thing] = this.levels(topic) ?? [];
    return space === 'things' && thing ? `${this.#prefix}things/${thing}` : undefined;
  }

  /** Whether Things and servients have this topic for themselves. */
  isReserved(topic: string): boolean {
    return spaces.includes(this.levels(topic)?.[0] ?? '');
  }

  /** Takes a topic apart that asks a Thing to do something; undefined for others: there Things speak themselves. */
  parseRequest(topic: string): RequestTopic | undefined {
    const levels = this.levels(topic) ?? [];
    const isOp = levels[2] === 'ops';
    const depth = isOp ? 4 : 5;
    const verb = levels[depth - 1] ?? 'reply';
    const isVerb = isOp ? verb !== 'reply' : requestRights.has(verb);
    if (levels[0] !== 'things' || !isVerb) return undefined;
    const base = `${this.#prefix}${levels.slice(0, depth).join('/')}`;
    const rest = levels.slice(depth);
    const query = rest.at(-1)?.startsWith('?') === true ? { query: rest.pop()?.slice(1) ?? '' } : {};
    if (rest.length === 0) return { base, isOp, ...query };
    if (rest.length !== 2 || !rest.every((level) => idLevel.test(level))) return undefined;
    const [clientId = ''] = rest;
    return { base, isOp, replyTopic: [replyBase(base), ...rest].join('/'), clientId, ...query };
  }

  /** Whether results are told at a topic. */
  isReply(topic: string): boolean {
    const [space, thing, kind = '', affordance, fifth] = this.levels(topic) ?? [];
    if (space !== 'things' || !thing) return false;
    if (kind === 'ops') return affordance === 'reply';
    return Object.hasOwn(verbs, kind) && !!affordance && fifth === 'reply';
  }

  /** The levels behind the prefix; undefined for a topic of elsewhere. */
  levels(topic: string): string[] | undefined {
    return topic.startsWith(this.#prefix) ? topic.slice(this.#prefix.length).split('/') : undefined;
  }
}
