import type { ThingDescription } from '../contracts/td.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { textHolders } from './validation/text-check.ts';

const texts = { titles: 'title', descriptions: 'description' } as const;

/**
 * The tags of all texts in several languages, whatever their case each one once; the default language first where the
 * `@context` names it. Empty where there are no such texts.
 */
export function languagesOf(td: ThingDescription): readonly string[] {
  const tags = textHolders(td).flatMap(({ value: { titles, descriptions } }) =>
    [titles, descriptions].filter(isJsonObject).flatMap(Object.keys),
  );
  if (tags.length === 0) return [];
  const own = defaultLanguage(td['@context']);
  const first = new Map<string, string>();
  for (const tag of own === undefined ? tags : [own, ...tags]) {
    if (!first.has(tag.toLowerCase())) first.set(tag.toLowerCase(), tag);
  }
  return [...first.values()];
}

/** The tag that fits a language range best by lookup: the range itself or its longest beginning (RFC 4647 section 3.4). */
export function lookUpLanguage(range: string, tags: readonly string[]): string | undefined {
  const wanted = range.toLowerCase().split('-');
  while (wanted.length > 0) {
    const found = tags.find((tag) => tag.toLowerCase() === wanted.join('-'));
    if (found !== undefined) return found;
    wanted.pop();
    // What a single letter or digit introduces goes with it.
    if (wanted.at(-1)?.length === 1) wanted.pop();
  }
  return undefined;
}

/** The TD in one of its languages: that is its default language now, and each text is alone; where there is none in it, the default text stays, or all of them. */
export function inLanguage(td: ThingDescription, tag: string): ThingDescription {
  const holders = new Set(textHolders(td).map(({ value }) => value));
  const translated = translate(td, (value) => (holders.has(value) ? single(value, tag) : value));
  // TD 1.1 td-ns-multilanguage-content-negotiation
  return { ...(translated as ThingDescription), '@context': contextIn(td['@context'], tag) };
}

function translate(value: unknown, change: (object: JsonObject) => JsonObject): unknown {
  if (Array.isArray(value)) return value.map((item) => translate(item, change));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(change(value)).map(([name, member]) => [name, translate(member, change)]);
  return Object.fromEntries(members);
}

/** TD 1.1 td-ns-multilanguage-content-negotiation-no-multi */
function single(holder: JsonObject, tag: string): JsonObject {
  const changed: Record<string, unknown> = { ...holder };
  for (const [plural, member] of Object.entries(texts)) {
    const all = holder[plural];
    if (!isJsonObject(all)) continue;
    const found = lookUpLanguage(tag, Object.keys(all));
    if (found !== undefined) changed[member] = all[found];
    if (changed[member] !== undefined) delete changed[plural];
  }
  return changed;
}

function defaultLanguage(context: unknown): string | undefined {
  const named = maps(context).findLast((map) => typeof map['@language'] === 'string');
  return named?.['@language'] as string | undefined;
}

/** The direction of another default language says nothing about this one (TD 1.1 td-text-direction-first-strong holds then). */
function contextIn(context: unknown, tag: string): unknown {
  const direction = defaultLanguage(context)?.toLowerCase() === tag.toLowerCase() ? [] : ['@direction'];
  const entries: readonly unknown[] = Array.isArray(context) ? context : [context];
  const last = maps(context).at(-1);
  const named = { ...without(last ?? {}, direction), '@language': tag };
  // TD 1.1 td-context-ns-thing-optional: one map holds all terms.
  return last === undefined ? [...entries, named] : entries.map((entry) => (entry === last ? named : entry));
}

function maps(context: unknown): readonly JsonObject[] {
  return (Array.isArray(context) ? context : [context]).filter(isJsonObject);
}

function without(map: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}
