import type { AffordanceKind } from '../../../contracts/td.ts';

/** A name as one topic level: percent-encoded UTF-8, `/ + # $ %` included. */
export function encodeLevel(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}

/** A request's topic taken apart: `{base}[/{clientId}/{correlationId}][/?{query}]`. */
export interface RequestTopic {
  /** `things/{name}/{kind}/{affordance}/{verb}` or `things/{name}/ops/{op}`, behind the prefix. */
  readonly base: string;
  /** `base` with its last level replaced by `reply`. */
  readonly replyBase: string;
  /** Where a 3.1.1 client waits for the result; absent where it wants none. */
  readonly replyTopic?: string;
  /** uriVariables as in the query of a URI, still encoded. */
  readonly query?: string;
}

const idLevel = /^[\w-]{1,64}$/;
const verbs: readonly string[] = ['set', 'get', 'invoke', 'query', 'cancel'];

/** The topics of one servient: all lie below its prefix, so that several sites share a broker. */
export class TopicSpace {
  /** Empty, or with a slash at its end. */
  readonly #prefix: string;

  /** `prefix` has no slash at either end; empty = none. */
  constructor(prefix = '') {
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
  }

  /** Where a Thing's TD is retained, and below which all its topics lie. */
  thing(name: string): string {
    return `${this.#prefix}things/${encodeLevel(name)}`;
  }

  /** Where `online` or `offline` of a Thing is retained; cleared when it is removed. */
  thingStatus(name: string): string {
    return `${this.thing(name)}/status`;
  }

  /** An affordance's topic: the values of a property or event; requests go to a verb below it. */
  affordance(thing: string, kind: AffordanceKind, name: string): string {
    return `${this.thing(thing)}/${kind}/${encodeLevel(name)}`;
  }

  /** Where a servient's `online` or `offline` is retained. */
  servientStatus(clientId: string): string {
    return `${this.#prefix}servients/${encodeLevel(clientId)}/status`;
  }

  /** The topic of the Thing that a topic belongs to; undefined where it belongs to none. */
  thingOf(topic: string): string | undefined {
    const levels = this.#levels(topic);
    return levels?.[0] === 'things' && levels[1] ? `${this.#prefix}things/${levels[1]}` : undefined;
  }

  /** Whether Things and servients have this topic for themselves. */
  isReserved(topic: string): boolean {
    return /^(things|servients)$/.test(this.#levels(topic)?.[0] ?? '');
  }

  /** Takes a request topic apart; undefined where it is none. */
  parseRequest(topic: string): RequestTopic | undefined {
    const levels = this.#levels(topic) ?? [];
    const depth = levels[2] === 'ops' ? 4 : 5;
    if (levels[0] !== 'things' || levels.length < depth) return undefined;
    const base = `${this.#prefix}${levels.slice(0, depth).join('/')}`;
    const replyBase = base.replace(/[^/]*$/, 'reply');
    const rest = levels.slice(depth);
    const query = rest.at(-1)?.startsWith('?') === true ? { query: rest.pop()?.slice(1) ?? '' } : {};
    if (rest.length === 0) return { base, replyBase, ...query };
    if (rest.length !== 2 || !rest.every((level) => idLevel.test(level))) return undefined;
    return { base, replyBase, replyTopic: `${replyBase}/${rest.join('/')}`, ...query };
  }

  /** Whether a topic asks a Thing to do something; all others below a Thing carry what the Thing itself says. */
  isRequest(topic: string): boolean {
    const request = this.parseRequest(topic);
    const levels = request ? this.#levels(request.base) : undefined;
    const verb = levels?.at(-1) ?? 'reply';
    return levels?.length === 4 ? verb !== 'reply' : verbs.includes(verb);
  }

  /** Whether results are told at a topic. */
  isReply(topic: string): boolean {
    const below = this.#levels(topic)?.join('/') ?? '';
    return /^things\/[^/]+\/(ops|(properties|actions)\/[^/]+)\/reply(\/|$)/.test(below);
  }

  /** The levels behind the prefix; undefined for a topic of elsewhere. */
  #levels(topic: string): string[] | undefined {
    return topic.startsWith(this.#prefix) ? topic.slice(this.#prefix.length).split('/') : undefined;
  }
}
