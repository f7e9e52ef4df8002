import type { AffordanceKind } from '../../contracts/td.ts';

/** A name as one topic level: percent-encoded UTF-8, `/ + # $ %` included. */
export function encodeLevel(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}

/** Where a Thing's TD is retained, and below which all its topics lie. */
export const thingTopic = (thing: string): string => `things/${encodeLevel(thing)}`;

/** An affordance's topic: the values of a property or event; requests go to a verb below it. */
export const affordanceTopic = (thing: string, kind: AffordanceKind, name: string): string =>
  `${thingTopic(thing)}/${kind}/${encodeLevel(name)}`;

/** Where a servient's `online` or `offline` is retained. */
export const statusTopic = (clientId: string): string => `servients/${encodeLevel(clientId)}/status`;

/** A request's topic taken apart: `{base}[/{clientId}/{correlationId}][/?{query}]`. */
export interface RequestTopic {
  /** `things/{name}/{kind}/{affordance}/{verb}` or `things/{name}/ops/{op}`. */
  readonly base: string;
  /** `base` with its last level replaced by `reply`. */
  readonly replyBase: string;
  /** Where a 3.1.1 client waits for the result; absent where it wants none. */
  readonly replyTopic?: string;
  /** uriVariables as in the query of a URI, still encoded. */
  readonly query?: string;
}

const idLevel = /^[\w-]{1,64}$/;

/** Takes a request topic apart; undefined where it is none. */
export function parseRequestTopic(topic: string): RequestTopic | undefined {
  const levels = topic.split('/');
  const depth = levels[2] === 'ops' ? 4 : 5;
  if (levels.length < depth) return undefined;
  const base = levels.slice(0, depth).join('/');
  const replyBase = [...levels.slice(0, depth - 1), 'reply'].join('/');
  const rest = levels.slice(depth);
  const query = rest.at(-1)?.startsWith('?') === true ? { query: rest.pop()?.slice(1) ?? '' } : {};
  if (rest.length === 0) return { base, replyBase, ...query };
  if (rest.length !== 2 || !rest.every((level) => idLevel.test(level))) return undefined;
  return { base, replyBase, replyTopic: `${replyBase}/${rest.join('/')}`, ...query };
}

const verbs: readonly string[] = ['set', 'get', 'invoke', 'query', 'cancel'];

/** Whether a topic asks a Thing to do something; all others below a Thing carry what the Thing itself says. */
export function isRequestTopic(topic: string): boolean {
  const levels = parseRequestTopic(topic)?.base.split('/');
  const verb = levels?.at(-1) ?? 'reply';
  return levels?.length === 4 ? verb !== 'reply' : verbs.includes(verb);
}

/** Whether results are told at a topic. */
export function isReplyTopic(topic: string): boolean {
  return /^things\/[^/]+\/(ops|(properties|actions)\/[^/]+)\/reply(\/|$)/.test(topic);
}

/** Whether a topic name may be published to: no wildcards, no NUL, nothing that was not UTF-8, at most 65,535 bytes. */
export function isTopicName(topic: string): boolean {
  // MQTT 3.1.1 sections 1.5.3 and 4.7; parsers turn malformed UTF-8 into U+FFFD
  return topic !== '' && !/[+#\0\uFFFD]/.test(topic) && Buffer.byteLength(topic) <= 65_535;
}

/** Whether a topic filter may be subscribed to (MQTT 3.1.1 section 4.7.1). */
export function isTopicFilter(filter: string): boolean {
  if (filter === '' || /[\0\uFFFD]/.test(filter) || Buffer.byteLength(filter) > 65_535) return false;
  const levels = filter.split('/');
  return levels.every(
    (level, index) => !/[+#]/.test(level) || level === '+' || (level === '#' && index === levels.length - 1),
  );
}

/** Whether a topic name matches a filter; wildcards do not match a first level that begins with `$` (section 4.7.2). */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  const open = wanted.at(-1) === '#';
  if (open) wanted.pop();
  if (open ? levels.length < wanted.length : levels.length !== wanted.length) return false;
  return wanted.every((level, index) => level === '+' || level === levels[index]);
}
