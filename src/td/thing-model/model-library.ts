import { WotError } from '../../contracts/errors.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';
import { readJsonText } from '../validation/json-text.ts';
import { fillPlaceholders, type Placeholders } from './placeholders.ts';

/** Fetches the document at a URI: its value, its text or its bytes. */
export type ModelSource = (uri: string) => unknown;

/** How many documents one Thing Model may draw on. */
const maxDocuments = 64;

/** Loads a model and all the documents it extends or refers to, placeholders filled; keys are their URIs. */
export async function loadModels(
  model: unknown,
  uri: string,
  {
    source,
    placeholders,
  }: { readonly source?: ModelSource | undefined; readonly placeholders: Placeholders },
): Promise<ReadonlyMap<string, JsonObject>> {
  const library = new Map([[uri, fillPlaceholders(readModel(model, uri), placeholders)]]);
  // Entries added on the way are visited too.
  for (const [base, document] of library) {
    for (const reference of references(document)) {
      const address = absoluteUri(reference, base);
      if (library.has(address)) continue;
      if (library.size === maxDocuments) {
        throw modelError(`${uri || 'It'} draws on more than ${maxDocuments} documents`, 'Split the model');
      }
      const text = await fetchModel(address, source);
      library.set(address, fillPlaceholders(readModel(text, address), placeholders));
    }
  }
  return library;
}

/** A URI reference in a document, resolved against the document's own URI; without its fragment. */
export function absoluteUri(reference: string, base: string): string {
  const [address = ''] = reference.split('#', 1);
  return address === '' ? base : (URL.parse(address, base || undefined)?.href ?? address);
}

/** The targets of a model's `tm:extends` links. */
export function extendedModels(document: JsonObject): readonly string[] {
  const links: readonly unknown[] = Array.isArray(document['links']) ? document['links'] : [];
  return links.flatMap((link) =>
    isJsonObject(link) && link['rel'] === 'tm:extends' && typeof link['href'] === 'string'
      ? link['href']
      : [],
  );
}

/** Refuses a Thing Model: what is wrong with it and what to do. */
export function modelError(fault: string, remedy: string): WotError {
  return new WotError(
    'invalid',
    'THING_MODEL_INVALID',
    `The Thing Model cannot be used: ${fault}. ${remedy}.`,
  );
}

function references(document: JsonObject): readonly string[] {
  const found = [...extendedModels(document)];
  JSON.stringify(document, (name, value: unknown) => {
    if (name === 'tm:ref' && typeof value === 'string') found.push(value);
    return value;
  });
  return found;
}

async function fetchModel(uri: string, source: ModelSource | undefined): Promise<unknown> {
  if (source === undefined) {
    throw modelError(`it draws on ${uri}`, 'Give a resolve function that fetches it');
  }
  try {
    return await source(uri);
  } catch (cause) {
    if (cause instanceof WotError) throw cause;
    const message = `The Thing Model at ${uri} cannot be fetched. Check the address.`;
    throw new WotError('unavailable', 'THING_MODEL_UNAVAILABLE', message, { cause });
  }
}

/** Takes over text, bytes or a value, as plain JSON of bounded nesting. */
function readModel(model: unknown, uri: string): JsonObject {
  const where = uri === '' ? 'it' : `the document at ${uri}`;
  const { value, findings } = readJsonText(toText(model));
  const [fault] = findings;
  if (fault !== undefined) throw modelError(`${where}: ${fault.message}`, fault.hint);
  if (!isJsonObject(value)) throw modelError(`${where} is no JSON object`, 'Give a Thing Model');
  return value;
}

function toText(model: unknown): string | Uint8Array {
  if (typeof model === 'string' || model instanceof Uint8Array) return model;
  try {
    return JSON.stringify(model) ?? '';
  } catch {
    return '';
  }
}
