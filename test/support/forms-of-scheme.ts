import type { AffordanceKind, Form, ThingDescription } from '../../src/contracts/td.ts';

const kinds: readonly AffordanceKind[] = ['properties', 'actions', 'events'];

/** A copy of a TD with the forms of one URI scheme alone, each changed as asked. */
export function formsOfScheme(
  td: ThingDescription,
  scheme: string,
  change: (form: Form) => Form = (form) => form,
): ThingDescription {
  const keep = (forms: readonly Form[] = []) =>
    forms.filter(({ href }) => href.startsWith(`${scheme}:`)).map(change);
  const affordances = (kind: AffordanceKind) =>
    Object.entries(td[kind] ?? {}).map(([name, affordance]) => [
      name,
      { ...affordance, forms: keep(affordance.forms) },
    ]);
  return {
    ...td,
    forms: keep(td.forms),
    ...Object.fromEntries(kinds.map((kind) => [kind, Object.fromEntries(affordances(kind))])),
  };
}
