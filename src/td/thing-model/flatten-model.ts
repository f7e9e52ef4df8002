import { isJsonObject, type JsonObject } from '../json-object.ts';
import { resolvePointer } from '../json-pointer.ts';
import { mergePatch } from '../merge-patch.ts';
import { isTdContext } from '../validation/context-check.ts';
import { absoluteUri, extendedModels, modelError } from './model-library.ts';

type Library = ReadonlyMap<string, JsonObject>;

/** How many definitions in a row may refer to the next, and how many characters of JSON all copies may come to. */
const maxChain = 64;
const maxCharacters = 4_194_304;

/** Where the flattening is: the documents and definitions it came through, and what it may still make. */
interface Way {
  readonly library: Library;
  readonly uri: string;
  readonly chain: readonly string[];
  readonly budget: { left: number };
}

/** One model of all: extended models merged in (TD 1.1 tm-extend), imported definitions in their places (tm-tmRef2). */
export function flattenModel(uri: string, library: Library): JsonObject {
  return extended({ library, uri, chain: [], budget: { left: maxCharacters } });
}

function extended(way: Way): JsonObject {
  const document = documentAt(way.uri, way.library);
  spend(document, way);
  const bases = extendedModels(document).map((href) =>
    extended(through(way, absoluteUri(href, way.uri), 'tm:extends')),
  );
  const own = imported(document, way);
  return bases.reduceRight(inherit, isJsonObject(own) ? own : {});
}

/** The model's own members patch those of its base; lists that a patch would replace are joined. */
function inherit(model: JsonObject, { version: _, ...base }: JsonObject): JsonObject {
  const merged = mergePatch(base, model) as JsonObject;
  const joined = ['@context', '@type', 'links', 'tm:optional'].flatMap((name) => {
    const inherited = [base[name] ?? []].flat().filter((value) => !isTdContext(value));
    return name in merged ? [[name, unique([model[name] ?? [], inherited].flat())]] : [];
  });
  return { ...merged, ...Object.fromEntries(joined) };
}

function unique(values: readonly unknown[]): readonly unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function imported(value: unknown, way: Way): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => imported(item, way));
  if (!isJsonObject(value)) return value;
  const { 'tm:ref': reference, ...own } = value;
  const members = Object.entries(own).map(([name, member]) => [name, imported(member, way)]);
  const patch: unknown = Object.fromEntries(members);
  // TD 1.1 tm-tmRef-overwrite-process
  return typeof reference === 'string' ? mergePatch(definition(reference, way), patch) : patch;
}

function definition(reference: string, way: Way): unknown {
  const [, pointer] = reference.split('#', 2);
  const next = through(way, absoluteUri(reference, way.uri), `#${pointer}`);
  const found =
    pointer === undefined ? undefined : resolvePointer(documentAt(next.uri, way.library), pointer);
  if (!isJsonObject(found)) {
    throw modelError(`tm:ref ${JSON.stringify(reference)} leads to no definition`, 'Correct the reference');
  }
  spend(found, way);
  return imported(found, next);
}

/** References to references may double at every step. */
function spend(copied: JsonObject, { budget }: Way): void {
  budget.left -= JSON.stringify(copied).length;
  if (budget.left < 0) throw modelError('it grows beyond measure', 'Use fewer references');
}

// TD 1.1 tm-ref-recursive-extensions
function through(way: Way, uri: string, step: string): Way {
  const place = `${uri} ${step}`;
  if (way.chain.includes(place)) throw modelError(`${place} leads back to itself`, 'Break the loop');
  if (way.chain.length === maxChain) throw modelError('its references are too deep', 'Refer more directly');
  return { ...way, uri, chain: [...way.chain, place] };
}

function documentAt(uri: string, library: Library): JsonObject {
  return library.get(uri) ?? {};
}
