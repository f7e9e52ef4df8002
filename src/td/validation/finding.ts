/** One thing that is wrong in a document, where, and what to do about it. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
  readonly message: string;
  readonly hint: string;
  /** The id of the W3C assertion, or a name of our own where no assertion says it. */
  readonly rule: string;
  /** Where it is in the text, in UTF-16 code units, where the pointer cannot tell. */
  readonly at?: number;
  readonly fix?: Fix;
}

/** What mends a document; at the pointer of the finding, where it names none. */
export type Fix =
  | { readonly do: 'add'; readonly pointer?: string; readonly name: string; readonly value: unknown }
  /** By one of these, the likeliest first. */
  | { readonly do: 'replace'; readonly values: readonly unknown[] }
  | { readonly do: 'remove' };

export const removal: Fix = { do: 'remove' };

/** The finding with a fix, where there is one. */
export function mended(finding: Finding, fix: Fix | undefined): Finding {
  return fix === undefined || (fix.do === 'replace' && fix.values.length === 0)
    ? finding
    : { ...finding, fix };
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
