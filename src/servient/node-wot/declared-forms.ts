import type { PartialForm, PartialTd } from '../../contracts/td.ts';
import { mapMembers, ownMember } from '../../td/json-object.ts';

/** The affordances of a Thing with the forms that its script declared. */
export interface ScriptForms {
  readonly properties?: Contents;
  readonly actions?: Contents;
  readonly events?: Contents;
}
type Contents = Readonly<Record<string, { readonly forms?: readonly PartialForm[] }>>;

/** A TD with what the declared forms say of content. */
export function withContent(td: PartialTd, { properties, actions, events }: ScriptForms): PartialTd {
  return {
    ...td,
    properties: declaring(td.properties, properties),
    actions: declaring(td.actions, actions),
    events: declaring(td.events, events),
  };
}

function declaring<A extends object>(
  affordances: Readonly<Record<string, A>> | undefined,
  template: Contents | undefined,
): Readonly<Record<string, A & { readonly forms: readonly PartialForm[] }>> {
  return mapMembers(affordances, (name, affordance) => {
    const { forms = [] } = ownMember(template, name) ?? {};
    const told = forms.map(({ contentType, response }) => ({
      ...(contentType !== undefined && { contentType }),
      ...(response !== undefined && { response }),
    }));
    return { ...affordance, forms: told };
  });
}
