/** A link of RFC 6690: target and attributes; an attribute without a value is `true`. */
export interface CoreLink {
  readonly href: string;
  readonly attributes: Readonly<Record<string, string | true>>;
}

/** Writes links (RFC 6690 section 2); whole numbers stand bare, all other values quoted. */
export function serialiseLinks(links: readonly CoreLink[]): string {
  return links
    .map(({ href, attributes }) => [`<${href}>`, ...Object.entries(attributes).map(attributeText)].join(';'))
    .join(',');
}

function attributeText([name, value]: readonly [string, string | true]): string {
  if (value === true) return name;
  return /^\d+$/.test(value) ? `${name}=${value}` : `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

const listed: readonly string[] = ['rt', 'if', 'rel'];

/** The links that fit every query parameter (RFC 6690 section 4.1); `*` at the end of a value stands for anything. */
export function filterLinks(
  links: readonly CoreLink[],
  query: Readonly<Record<string, string>>,
): readonly CoreLink[] {
  return links.filter((link) => Object.entries(query).every(([name, wanted]) => fits(link, name, wanted)));
}

function fits({ href, attributes }: CoreLink, name: string, wanted: string): boolean {
  const value = name === 'href' ? href : Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (value === undefined) return false;
  const candidates = value === true ? [''] : listed.includes(name) ? value.split(' ') : [value];
  return candidates.some((candidate) =>
    wanted.endsWith('*') ? candidate.startsWith(wanted.slice(0, -1)) : candidate === wanted,
  );
}
