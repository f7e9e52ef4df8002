import type { Form, ThingDescription } from '../contracts/td.ts';

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

/** Where the TD came over a secured way, the forms of that way first: else what follows would go another one, unasked. */
export function securedFirst(forms: readonly Form[], address = ''): readonly Form[] {
  if (!/^(https|coaps(\+tcp)?):/i.test(address)) return forms;
  const way = originOf(address);
  const isOther = ({ href }: Form): number => Number(originOf(href) !== way);
  return [...forms].sort((a, b) => isOther(a) - isOther(b));
}
