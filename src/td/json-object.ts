/** A JSON object of unknown members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object (not an array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of the map itself: names come from the network and may be `constructor`. */
export function ownMember<V>(map: Readonly<Record<string, V>> | undefined, name: string): V | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** The same names, each with what is made of it and its value. */
export function mapMembers<V, R>(
  members: Readonly<Record<string, V>> = {},
  make: (name: string, value: V) => R,
): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, make(name, value)]));
}

/** The members of a map of objects, as it may stand in a document that nobody checked yet: what is no object is left out. */
export function objectEntries(value: unknown): readonly (readonly [string, JsonObject])[] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]));
}

/** A string; the empty one for all else, which may have a `toString` of its own. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** One or several strings as a list; other values are left out. */
export function stringList(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}
