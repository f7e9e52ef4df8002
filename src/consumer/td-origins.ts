import type { ThingDescription } from '../contracts/td.ts';

/** Scheme, host and port of every address that a TD gives. */
export function tdOrigins(td: ThingDescription): ReadonlySet<string> {
  const { base = '', forms = [], properties, actions, events } = td;
  const affordances = [properties, actions, events].flatMap((kind) => Object.values(kind ?? {}));
  const all = [...forms, ...affordances.flatMap((affordance) => affordance.forms ?? [])];
  return new Set([base, ...all.map(({ href }) => href)].map((href) => originOf(href, base)));
}

/** Scheme, host and port of an address, of any scheme; empty where it is none. */
export function originOf(href: string, base = ''): string {
  const url = URL.parse(href) ?? URL.parse(href, base);
  return url === null ? '' : `${url.protocol}//${url.host}`;
}
