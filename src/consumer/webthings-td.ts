import { affordanceKinds } from '../contracts/td.ts';
import { isJsonObject, type JsonObject, mapMembers, objectEntries, stringList } from '../td/json-object.ts';

const contexts = ['https://iot.mozilla.org/schemas', 'https://webthings.io/schemas'];

/** Whether a document describes a Thing of the WebThings API (Mozilla's `webthing` libraries): with links where TD 1.1 has forms. */
export function isWebThingsTd(td: unknown): td is JsonObject {
  if (!isJsonObject(td) || td['forms'] !== undefined) return false;
  if (!stringList(td['@context']).some((context) => contexts.includes(context.replace(/\/$/, ''))))
    return false;
  const affordances = affordanceKinds.flatMap((kind) => objectEntries(td[kind]));
  return affordances.every(([, { forms }]) => forms === undefined);
}

/** The same Thing in TD 1.1; its payloads need `webThingsClient`. Events come by a WebSocket of their own only: they get no form. */
export function fromWebThingsTd(td: JsonObject): JsonObject {
  const all = formsOf(td['links'], 'properties', 'readallproperties');
  return {
    ...td,
    title: td['title'] ?? td['name'],
    properties: withForms(td['properties'], 'property'),
    actions: mapMembers(withForms(td['actions'], 'action'), (_, action) => ({
      ...action,
      synchronous: false,
    })),
    forms: [...all, ...formsOf(td['links'], 'actions', 'queryallactions')],
  };
}

function withForms(affordances: unknown, rel: string): Readonly<Record<string, JsonObject>> {
  return mapMembers(Object.fromEntries(objectEntries(affordances)), (_, affordance) => ({
    ...affordance,
    forms: formsOf(affordance['links'], rel),
  }));
}

/** The forms that links of a relation stand for; one without a relation is an affordance's own. */
function formsOf(links: unknown, rel: string, op?: string): readonly JsonObject[] {
  const listed = Array.isArray(links) ? links.filter(isJsonObject) : [];
  return listed
    .filter((link) => link['rel'] === rel || (link['rel'] === undefined && op === undefined))
    .map(({ href }) => ({ href, ...(op === undefined ? {} : { op }) }));
}
