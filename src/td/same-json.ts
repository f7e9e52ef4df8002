/** Whether two JSON values are the same, whatever their members are called (`valueOf`) and in which order they stand. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameMember(a, b, name));
}

function sameMember(a: object, b: object, name: string): boolean {
  return (
    Object.hasOwn(b, name) &&
    sameJson((a as Readonly<Record<string, unknown>>)[name], (b as Readonly<Record<string, unknown>>)[name])
  );
}
