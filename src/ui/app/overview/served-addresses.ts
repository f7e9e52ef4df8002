import { affordanceKinds, type ThingDescription } from '../../../contracts/td.ts';
import { isJsonObject, objectEntries } from '../../../td/json-object.ts';

/** The distinct beginnings of the addresses in a TD's forms: `coap://192.0.2.1:5683`. */
export function servedAddresses(td: ThingDescription): readonly string[] {
  const affordances = affordanceKinds.flatMap((kind) => objectEntries(td[kind]).map(([, each]) => each));
  const hrefs = [td, ...affordances].flatMap(({ forms }) =>
    Array.isArray(forms) ? forms.filter(isJsonObject).map(({ href }) => originOf(href)) : [],
  );
  return [...new Set(hrefs.filter((origin) => origin !== undefined))];
}

/** Browsers give only the schemes of the Web an origin. */
function originOf(href: unknown): string | undefined {
  return typeof href === 'string' ? /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.exec(href)?.[0] : undefined;
}
