import type { ThingOptions } from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import {
  type ActionAffordance,
  type AffordanceKind,
  affordanceKinds,
  type PartialTd,
} from '../contracts/td.ts';
import { contentFault, declaredContent, isBinary, payloadSchemas } from './declared-content.ts';
import { deliveryFault } from './declared-delivery.ts';
import { isJsonObject, type JsonObject, ownMember } from './json-object.ts';

// Dot segments vanish from URLs (RFC 3986 section 5.2.4); `$` marks the servient's own events.
const unusable = /^(\$.*|\.{0,2})$/s;
const longest = 255; // bytes of a Uri-Path option (RFC 7252 section 5.10)
const nameRule = `names are well-formed text of 1 to ${longest} bytes in UTF-8, not "." or "..", and do not begin with "$"`;

/** Whether a name cannot be that of an affordance or a Thing. */
export function isUnusable(name: string): boolean {
  return unusable.test(name) || !name.isWellFormed() || new TextEncoder().encode(name).length > longest;
}

/** Throws WotError `invalid` unless the TD can be hosted: a title, affordances under names that paths and topics carry. */
export function checkTd(td: PartialTd): void {
  if (!isJsonObject(td)) throw invalid('TD_INVALID', 'A TD must be an object; give one with a title.');
  if (typeof td.title !== 'string' || td.title.trim() === '') {
    throw invalid('TITLE_MISSING', 'The TD has no title; give it a non-empty one (TD 1.1 section 5.3.1.1).');
  }
  for (const kind of affordanceKinds) checkAffordances(td, kind);
}

function checkAffordances(td: PartialTd, kind: AffordanceKind): void {
  const affordances: unknown = td[kind] ?? {};
  const where = `${kind} of ${JSON.stringify(td.title)}`;
  if (!isJsonObject(affordances)) {
    throw invalid('TD_INVALID', `The ${where} must be an object of affordances by name.`);
  }
  for (const [name, affordance] of Object.entries(affordances)) {
    if (isUnusable(name)) {
      const message = `${JSON.stringify(name)} in the ${where} cannot be a name: ${nameRule}.`;
      throw invalid('AFFORDANCE_NAME_INVALID', message);
    }
    if (!isJsonObject(affordance)) {
      throw invalid('TD_INVALID', `${JSON.stringify(name)} in the ${where} must be an object.`);
    }
    checkContent(affordance, `${JSON.stringify(name)} in the ${where}`);
    const fault = deliveryFault(kind, affordance);
    if (fault !== undefined) {
      const message = `The forms of ${JSON.stringify(name)} in the ${where} cannot be served: ${fault}.`;
      throw invalid('DELIVERY_INVALID', message);
    }
  }
}

/** What an affordance declares of its payloads must be media types; the output of an asynchronous action stands in its status. */
function checkContent(affordance: JsonObject, what: string): void {
  const { forms = [], synchronous } = affordance;
  if (!Array.isArray(forms) || !forms.every(isJsonObject)) {
    throw invalid('TD_INVALID', `The forms of ${what} must be an array of objects.`);
  }
  const fault = forms.map(contentFault).find((found) => found !== undefined);
  if (fault !== undefined) {
    const message = `${fault} in the forms of ${what}; write it like "image/png".`;
    throw invalid('CONTENT_TYPE_INVALID', message);
  }
  const { output } = declaredContent({ forms });
  if (synchronous !== false || !isBinary(output) || !payloadSchemas(affordance).output) return;
  const message = `The asynchronous action ${what} declares ${output} as its output, which its status cannot carry; make it synchronous, or let its output be plain data.`;
  throw invalid('CONTENT_TYPE_INVALID', message);
}

/** Throws WotError `invalid` unless options name properties of the TD. */
export function checkOptions(
  td: PartialTd,
  { name, persist = [], notify = {}, streams = [] }: ThingOptions,
): void {
  if (name !== undefined && isUnusable(name)) {
    const message = `${JSON.stringify(name)} cannot be the name of ${JSON.stringify(td.title)}: ${nameRule}; leave it out to have it made of the title.`;
    throw invalid('NAME_INVALID', message);
  }
  const properties = td.properties ?? {};
  const binary = persist.find((property) =>
    isBinary(declaredContent(ownMember(properties, property) ?? {}).output),
  );
  if (binary !== undefined) {
    const message = `The option persist of ${JSON.stringify(td.title)} names ${JSON.stringify(binary)}, whose values are bytes; only plain data and text can be kept.`;
    throw invalid('PERSIST_BINARY', message);
  }
  for (const each of streams) checkStream(td, each);
  const unknown = [...persist, ...Object.keys(notify)].find(
    (property) => !Object.hasOwn(properties, property),
  );
  if (unknown === undefined) return;
  const message = `The options of ${JSON.stringify(td.title)} name a property ${JSON.stringify(unknown)} that its TD does not have; it has: ${Object.keys(properties).join(', ') || 'none'}.`;
  throw invalid('OPTION_PROPERTY_UNKNOWN', message);
}

/** A stream is the input of all that has its name. */
function checkStream({ title, properties, actions }: PartialTd, name: string): void {
  const property = ownMember(properties, name);
  const action = ownMember(actions, name);
  const fits =
    (property ?? action) !== undefined &&
    (!property || (property.readOnly !== true && isBinary(declaredContent(property).input))) &&
    (!action || (action.synchronous !== false && takesBytes(action)));
  if (fits) return;
  const message = `The option streams of ${JSON.stringify(title)} names ${JSON.stringify(name)}, which is no writable property and no synchronous action whose form declares a binary content type; declare one, e.g. forms: [{ contentType: "application/octet-stream" }].`;
  throw invalid('STREAM_INVALID', message);
}

function takesBytes(action: ActionAffordance): boolean {
  return payloadSchemas(action).input !== undefined && isBinary(declaredContent(action).input);
}

function invalid(code: string, message: string): WotError {
  return new WotError('invalid', code, message);
}
