/** A JSON Pointer (RFC 6901) made of a pointer and the names or indexes below it. */
export function jsonPointer(parent: string, ...names: readonly (string | number)[]): string {
  return names.reduce<string>(
    (pointer, name) => `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    parent,
  );
}

/** The value a JSON Pointer names (RFC 6901 section 4), without its `#`; undefined where there is none. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  if (!pointer.startsWith('/')) return undefined;
  return pointerNames(pointer).reduce<unknown>(member, document);
}

/** The names and indexes that a JSON Pointer goes along. */
export function pointerNames(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
