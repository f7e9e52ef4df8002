/** A text as JSON, or what was thrown at it. */
export function parseJson(text: string): { readonly value: unknown } | { readonly thrown: Error } {
  try {
    return { value: JSON.parse(text) };
  } catch (thrown) {
    return { thrown: thrown as Error };
  }
}
