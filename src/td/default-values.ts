import type { AffordanceKind } from '../contracts/td.ts';
import { defaultContentType, defaultOps } from './defaults.ts';
import { isJsonObject, type JsonObject, mapMembers, ownMember, textOf } from './json-object.ts';
import { sameJson } from './same-json.ts';

/** Gives an object of a TD its defaults, or takes them away. */
type Apply = (value: JsonObject, defaults: JsonObject) => JsonObject;

/** A TD, or what should be one, with the default values of TD 1.1 section 5.4 written out. */
export function withDefaults(td: unknown): unknown {
  return applied(td, (value, defaults) => ({ ...value, ...missing(value, defaults) }));
}

/** The same without what says no more than the default values do. */
export function withoutDefaults(td: unknown): unknown {
  return applied(td, (value, defaults) =>
    Object.fromEntries(
      Object.entries(value).filter(
        ([name, member]) => !Object.hasOwn(defaults, name) || !sameValue(member, defaults[name]),
      ),
    ),
  );
}

function missing(value: JsonObject, defaults: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !Object.hasOwn(value, name)));
}

/** An `op` may be one string or a list in any order. */
function sameValue(value: unknown, standard: unknown): boolean {
  if (!Array.isArray(standard)) return sameJson(value, standard);
  return sameJson([value].flat().toSorted(), standard.toSorted());
}

function applied(td: unknown, apply: Apply): unknown {
  if (!isJsonObject(td)) return td;
  const dataMap = eachMember((schema) => dataSchema(schema, apply));
  return members(td, {
    properties: eachMember((property) => affordance('properties', property, apply)),
    actions: eachMember((action) => affordance('actions', action, apply)),
    events: eachMember((event) => affordance('events', event, apply)),
    forms: eachItem((form) => formWith({}, form, apply)),
    schemaDefinitions: dataMap,
    uriVariables: dataMap,
    securityDefinitions: eachMember((scheme) => apply(scheme, schemeDefaults(scheme))),
  });
}

type Change = (value: unknown) => unknown;

/** The object with the changes made to those of its members that it has. */
function members(value: JsonObject, changes: Readonly<Record<string, Change>>): JsonObject {
  return mapMembers(value, (name, member) =>
    Object.hasOwn(changes, name) ? (changes[name] as Change)(member) : member,
  );
}

/** Changes an object, and leaves what is none. */
function ifObject(change: (value: JsonObject) => unknown): Change {
  return (value) => (isJsonObject(value) ? change(value) : value);
}

function eachMember(change: (value: JsonObject) => unknown): Change {
  const each = ifObject(change);
  return ifObject((map) => mapMembers(map, (_, value) => each(value)));
}

function eachItem(change: (value: JsonObject) => unknown): Change {
  const each = ifObject(change);
  return (list) => (Array.isArray(list) ? list.map((item) => each(item)) : list);
}

const ownDefaults: Readonly<Record<AffordanceKind, JsonObject>> = {
  properties: { observable: false },
  actions: { safe: false, idempotent: false },
  events: {},
};

function affordance(kind: AffordanceKind, value: JsonObject, apply: Apply): JsonObject {
  const data = ifObject((schema) => dataSchema(schema, apply));
  const changed = members(value, {
    forms: eachItem((form) => formWith({ op: opOf(kind, value) }, form, apply)),
    uriVariables: eachMember((schema) => dataSchema(schema, apply)),
    ...(kind === 'actions' && { input: data, output: data }),
    ...(kind === 'events' && { subscription: data, data, dataResponse: data, cancellation: data }),
  });
  return apply(kind === 'properties' ? dataSchema(changed, apply) : changed, ownDefaults[kind]);
}

function opOf(kind: AffordanceKind, value: JsonObject): unknown {
  const ops = defaultOps(kind, value);
  return ops.length === 1 ? ops[0] : ops;
}

function dataSchema(schema: JsonObject, apply: Apply): JsonObject {
  const nested = (value: JsonObject) => dataSchema(value, apply);
  const [one, list] = [ifObject(nested), eachItem(nested)];
  const changed = members(schema, {
    properties: eachMember(nested),
    items: (items) => (Array.isArray(items) ? list(items) : one(items)),
    oneOf: list,
  });
  return apply(changed, { readOnly: false, writeOnly: false });
}

function formWith(defaults: JsonObject, form: JsonObject, apply: Apply): JsonObject {
  const contentType = form['contentType'] ?? defaultContentType;
  const responses = eachItem((response) => apply(response, { success: false, contentType }));
  const changed = members(form, { additionalResponses: responses });
  return apply(changed, { ...defaults, contentType: defaultContentType });
}

const inHeader = { in: 'header' };
const schemes: Readonly<Record<string, JsonObject>> = {
  basic: inHeader,
  digest: { ...inHeader, qop: 'auth' },
  bearer: { ...inHeader, alg: 'ES256', format: 'jwt' },
  apikey: { in: 'query' },
};

function schemeDefaults({ scheme }: JsonObject): JsonObject {
  return ownMember(schemes, textOf(scheme)) ?? {};
}
