import { WotError } from '../../contracts/errors.ts';

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

/** Reads links; WotError `invalid` LINK_FORMAT_MALFORMED. The first of a repeated attribute counts. */
export function parseLinks(text: string): readonly CoreLink[] {
  const links: CoreLink[] = [];
  const target = /\s*<([^<>]*)>/y;
  const attribute = /\s*;\s*([\w!#$&+\-.^`|~]+\*?)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+)))?/sy;
  const separator = /\s*,/y;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const end = text.trimEnd().length;
  while (at < end) {
    const href = take(target)?.[1];
    if (href === undefined) throw malformed(at);
    const attributes = new Map<string, string | true>();
    for (let match = take(attribute); match !== null; match = take(attribute)) {
      const [, name = '', quoted, bare] = match;
      if (!attributes.has(name)) attributes.set(name, quoted?.replaceAll(/\\(.)/gs, '$1') ?? bare ?? true);
    }
    links.push({ href, attributes: Object.fromEntries(attributes) });
    if (at < end && take(separator) === null) throw malformed(at);
  }
  return links;
}

function malformed(at: number): WotError {
  return new WotError(
    'invalid',
    'LINK_FORMAT_MALFORMED',
    `The link format (RFC 6690) is malformed at character ${at}.`,
  );
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
