import { WotError } from '../../../contracts/errors.ts';
import { decodedOrSame } from '../../../td/percent-encoding.ts';

/** A link of RFC 6690: target and attributes; an attribute without a value is `true`. */
export interface CoreLink {
  readonly href: string;
  readonly attributes: Readonly<Record<string, string | true>>;
}

/** Writes links (RFC 6690 section 2): whole numbers stand bare, all other values quoted, what is not ASCII as `name*` (RFC 8187). */
export function serialiseLinks(links: readonly CoreLink[]): string {
  return links
    .map(({ href, attributes }) => [`<${href}>`, ...Object.entries(attributes).map(attributeText)].join(';'))
    .join(',');
}

function attributeText([name, value]: readonly [string, string | true]): string {
  if (value === true) return name;
  if (/^\d+$/.test(value)) return `${name}=${value}`;
  if (/^[ -~]*$/.test(value)) return `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`;
  const encoded = encodeURIComponent(value.toWellFormed());
  return `${name}*=UTF-8''${encoded.replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}`;
}

/** The attributes whose value is a list (RFC 6690 section 4.1, RFC 7252 section 7.2.1). */
const listed: readonly string[] = ['rt', 'if', 'rel', 'ct'];

const filtersAtMost = 8;

/** The links that fit every query parameter, `name=value` or `name` (RFC 6690 section 4.1); `*` at the end of a value stands for anything. WotError `invalid` FILTERS_TOO_MANY. */
export function filterLinks(links: readonly CoreLink[], queries: readonly string[]): readonly CoreLink[] {
  if (queries.length > filtersAtMost) {
    const message = `Links are filtered by at most ${filtersAtMost} query parameters, not ${queries.length}.`;
    throw new WotError('invalid', 'FILTERS_TOO_MANY', message);
  }
  const filters = queries.map((query) => {
    const [name = '', ...value] = query.split('=');
    return { name, wanted: decodedOrSame(value.join('=').replace(/^"(.*)"$/s, '$1')) };
  });
  return links.filter((link) => filters.every(({ name, wanted }) => fits(link, name, wanted)));
}

function fits({ href, attributes }: CoreLink, name: string, wanted: string): boolean {
  const value =
    name === 'href' ? decodedOrSame(href) : Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (value === undefined) return false;
  const candidates = value === true ? [''] : listed.includes(name) ? [value, ...value.split(' ')] : [value];
  return candidates.some((candidate) =>
    wanted.endsWith('*') ? candidate.startsWith(wanted.slice(0, -1)) : candidate === wanted,
  );
}
