import { WotError } from '../contracts/errors.ts';
import { affordanceKinds, type Link, type PartialTd } from '../contracts/td.ts';
import { isJsonObject, type JsonObject, stringList } from './json-object.ts';
import { jsonPointer } from './json-pointer.ts';
import { flattenModel } from './thing-model/flatten-model.ts';
import { loadModels, modelError } from './thing-model/model-library.ts';
import { type Placeholders, placeholderNames } from './thing-model/placeholders.ts';
import { validateTd } from './validate.ts';

/** What deriving a Thing from a model needs besides the model. */
export interface ModelOptions {
  /** Values by placeholder name. */
  readonly placeholders?: Placeholders;
  /** Fetches models that the model extends or refers to: their value, text or bytes. */
  readonly resolve?: (uri: string) => unknown;
  /** Optional affordances to keep, as the model's `tm:optional` names them; without it none. */
  readonly include?: readonly string[];
  /** The Thing's title, where it is not the model's. */
  readonly title?: string;
  /** Where the model is: base of its references and target of the Thing's link `type`. */
  readonly uri?: string;
}

/**
 * Derives what a Thing is defined with from a Thing Model (TD 1.1 section 9.4): extended and imported definitions in
 * place, placeholders filled, no `tm:` term left. Throws WotError `invalid` THING_MODEL_INVALID, `unavailable`
 * THING_MODEL_UNAVAILABLE, and what `resolve` throws as WotError.
 */
export async function thingFromModel(model: object | string, options: ModelOptions = {}): Promise<PartialTd> {
  const { uri = '', placeholders = {}, resolve, include = [], title } = options;
  const library = await loadModels(model, uri, { source: resolve, placeholders });
  const flat = flattenModel(uri, library);
  const whole = withoutOptional(title === undefined ? flat : { ...flat, title }, include);
  const left = placeholderNames(whole).join(', ');
  if (left !== '') throw modelError(`placeholders have no value: ${left}`, 'Give "placeholders"');
  check(whole);
  return toThing(whole, uri);
}

function withoutOptional(model: JsonObject, include: readonly string[]): JsonObject {
  const optional = stringList(model['tm:optional']);
  const stray = include.find((pointer) => !optional.includes(pointer));
  if (stray !== undefined) throw modelError(`${stray} is not optional in it`, 'Remove it from "include"');
  const dropped = new Set(optional.filter((pointer) => !include.includes(pointer)));
  const kept = affordanceKinds.flatMap((kind) => {
    const map = model[kind];
    if (!isJsonObject(map)) return [];
    const entries = Object.entries(map).filter(([name]) => !dropped.has(jsonPointer(`/${kind}`, name)));
    return [[kind, Object.fromEntries(entries)]];
  });
  const { 'tm:optional': _, ...rest } = model;
  return { ...rest, ...Object.fromEntries(kept) };
}

function check(model: JsonObject): void {
  const { kind, findings } = validateTd(model);
  // TD 1.1 tm-identification
  if (kind !== 'tm') throw modelError('"@type" does not say so', 'Add "tm:ThingModel" to "@type"');
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  throw new WotError(
    'invalid',
    'THING_MODEL_INVALID',
    `The Thing Model is not valid at ${first.pointer || 'its root'}: ${first.message} ${first.hint}`,
    { errors: errors.map(({ pointer, message }) => ({ pointer, detail: message })) },
  );
}

function toThing(model: JsonObject, uri: string): PartialTd {
  const { title, version, ...rest } = model;
  if (typeof title !== 'string') throw modelError('it has no title', 'Give "title"');
  const terms = Object.entries(rest).filter(
    ([name]) => !name.startsWith('tm:') && name !== '@type' && name !== 'links',
  );
  const types = stringList(model['@type']).filter((type) => type !== 'tm:ThingModel');
  const links = thingLinks(model['links'], uri);
  return {
    title,
    ...Object.fromEntries(terms),
    ...(types.length === 0 ? {} : { '@type': types }),
    ...(links.length === 0 ? {} : { links }),
    ...(isJsonObject(version) ? { version: { instance: '1.0.0', ...version } } : {}),
  };
}

/** Links of the Thing: those that only models have go, one to the model comes (TD 1.1 section 9.4). */
function thingLinks(modelLinks: unknown, uri: string): readonly Link[] {
  const links = Array.isArray(modelLinks) ? (modelLinks as readonly Link[]) : [];
  const kept = links.filter(({ rel }) => !rel?.startsWith('tm:') && (uri === '' || rel !== 'type'));
  return uri === '' ? kept : [...kept, { rel: 'type', href: uri, type: 'application/tm+json' }];
}
