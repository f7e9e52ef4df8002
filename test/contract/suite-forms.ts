import type { ClientBinding } from '../../src/contracts/binding.ts';
import type { AffordanceKind, Form, Op, ThingDescription } from '../../src/contracts/td.ts';
import { isJsonObject } from '../../src/td/json-object.ts';

/** What an operation is aimed at: a Thing's affordance, or the Thing as a whole. */
export interface Target {
  readonly op: Op;
  readonly kind?: AffordanceKind;
  readonly name?: string;
}

export type UriVariables = Readonly<Record<string, string | number | readonly string[] | object>>;

/** The first form of the target that the client supports; throws where there is none. */
export function formFor(td: ThingDescription, client: ClientBinding, target: Target): Form {
  const { op, kind, name } = target;
  const form = formsOf(td, kind, name).find(
    (candidate) => opsOf(candidate, kind).includes(op) && client.supports(op, candidate),
  );
  if (form === undefined)
    throw new Error(`The TD has no form for ${op} ${name ?? ''} that the client supports`);
  return form;
}

/** Whether the TD offers the target to this client at all. */
export function hasForm(td: ThingDescription, client: ClientBinding, target: Target): boolean {
  return formsOf(td, target.kind, target.name).some(
    (form) => opsOf(form, target.kind).includes(target.op) && client.supports(target.op, form),
  );
}

/** The form with its variables filled in and its href absolute. */
export function expanded(td: ThingDescription, form: Form, variables: UriVariables): Form {
  const filled = form.href.replaceAll(/\{([?&])([^}]+)\}/g, (_all, operator: string, names: string) => {
    const pairs = names.split(',').flatMap((name) => {
      const bare = name.replace('*', '');
      const own = decodeURIComponent(bare);
      const value = Object.hasOwn(variables, own) ? variables[own] : undefined;
      const items = isJsonObject(value) ? Object.entries(value).flat() : [value].flat();
      return value === undefined ? [] : [`${bare}=${items.map(String).map(encodeURIComponent).join(',')}`];
    });
    return pairs.length === 0 ? '' : operator + pairs.join('&');
  });
  return { ...form, href: td.base === undefined ? filled : new URL(filled, td.base).href };
}

/** The same form aimed at another name: what a caller would send who does not mind the TD. */
export function renamed(form: Form, from: string, to: string): Form {
  return JSON.parse(JSON.stringify(form).replaceAll(`/${from}`, `/${to}`));
}

function formsOf(td: ThingDescription, kind?: AffordanceKind, name?: string): readonly Form[] {
  if (kind === undefined) return td.forms ?? [];
  const affordances = td[kind] ?? {};
  if (name === undefined || !Object.hasOwn(affordances, name))
    throw new Error(`The TD has no ${kind} ${name}`);
  return affordances[name]?.forms ?? [];
}

/** TD 1.1 section 5.4: the default ops of a form. */
function opsOf(form: Form, kind?: AffordanceKind): readonly string[] {
  if (form.op !== undefined) return [form.op].flat();
  if (kind === 'actions') return ['invokeaction'];
  return kind === 'events' ? ['subscribeevent', 'unsubscribeevent'] : ['readproperty', 'writeproperty'];
}
