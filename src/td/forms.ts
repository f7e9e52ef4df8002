import type { AffordanceKind, Form, Op, ThingDescription } from '../contracts/td.ts';
import { defaultContentType, defaultOps, opsOf } from './defaults.ts';
import { ownMember } from './json-object.ts';

/**
 * The forms of one op in TD order, of an affordance or (without `kind` and `name`) of the Thing: defaults applied, href
 * absolute against `base`, its URI template not yet expanded. An unknown affordance has none.
 */
export function formsFor(
  td: ThingDescription,
  op: Op,
  kind?: AffordanceKind,
  name?: string,
): readonly Form[] {
  const affordance = kind === undefined || name === undefined ? td : ownMember(td[kind], name);
  const fallback = kind === undefined || affordance === undefined ? [] : defaultOps(kind, affordance);
  return (affordance?.forms ?? [])
    .filter((form) => (opsOf(form) ?? fallback).includes(op))
    .map((form) => ({ contentType: defaultContentType, ...form, href: absoluteHref(form.href, td.base) }));
}

/** Resolves a reference that may hold URI template expressions; one that cannot be resolved stays as it is. */
export function absoluteHref(href: string, base: string | undefined): string {
  if (base === undefined || /^[a-z][a-z\d+.-]*:/i.test(href)) return href;
  const expressions: string[] = [];
  const hide = (text: string): string =>
    text.replace(/\{[^{}]*\}/g, (expression) => `wot-expression-${expressions.push(expression) - 1}-`);
  const resolved = URL.parse(hide(href), hide(base))?.href;
  return resolved?.replace(/wot-expression-(\d+)-/g, (_, index) => expressions[index] ?? '') ?? href;
}
