/** One thing that is wrong in a document, where, and what to do about it. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
  readonly message: string;
  readonly hint: string;
  /** The id of the W3C assertion, or a name of our own where no assertion says it. */
  readonly rule: string;
}

/** How many findings of one kind a report holds at most. */
export const maxFindings = 100;

/** Makes an error. */
export function error(rule: string, pointer: string, message: string, hint: string): Finding {
  return { severity: 'error', rule, pointer, message, hint };
}

/** Makes a warning: the document can be used, but does probably not say what its author means. */
export function warning(rule: string, pointer: string, message: string, hint: string): Finding {
  return { severity: 'warning', rule, pointer, message, hint };
}

/** A value as a message shows it: JSON, shortened. */
export function shown(value: unknown): string {
  const text = String(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
