import {
  type AffordanceKind,
  affordanceKinds,
  type Form,
  type ThingDescription,
} from '../../src/contracts/td.ts';

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
    ...Object.fromEntries(affordanceKinds.map((kind) => [kind, Object.fromEntries(affordances(kind))])),
  };
}
