interface Members {
  /** The name for styling from outside, `::part(value)`. */
  readonly part?: string;
  readonly text?: string;
  readonly [attribute: string]: string | undefined;
}

/** An element with attributes and plain text. */
export function makeElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { text, ...attributes }: Members = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}
