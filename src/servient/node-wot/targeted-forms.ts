import { webThingProtocol } from '../../bindings/websocket/messages.ts';
import type { ClientRequest } from '../../contracts/binding.ts';
import { type AffordanceKind, affordanceKinds, type Form } from '../../contracts/td.ts';
import { isJsonObject, objectEntries } from '../../td/json-object.ts';

/** The member of a form that tells what it is for. */
export const targetMember = 'thingwright:target';

/** What a WebSocket form is for; `href` is its address without uriVariables. */
interface FormTarget {
  readonly thing: string;
  readonly kind: AffordanceKind;
  readonly name: string;
  readonly href: string;
}

/**
 * A copy of a TD whose WebSocket forms say what they are for, as node-wot hands its clients the form alone. The
 * uriVariables, which have no place in such forms, become a query that `targetedRequest` takes off again.
 */
export function withTargets<T>(td: T): T {
  const copy = JSON.parse(JSON.stringify(td)); // as node-wot copies it
  const { id, base, uriVariables } = copy;
  for (const kind of affordanceKinds) {
    for (const [name, affordance] of objectEntries(copy[kind])) {
      const variables = Object.keys({ ...uriVariables, ...Object(affordance['uriVariables']) });
      const query = variables.length === 0 ? '' : `{?${variables.map(encodeURIComponent)}}`;
      for (const form of [affordance['forms']].flat().filter(isWebSocketForm)) {
        const href = URL.parse(form.href, base)?.href ?? form.href;
        const target: FormTarget = { thing: id ?? base, kind, name, href };
        Object.assign(form, { href: href + query, [targetMember]: target });
      }
    }
  }
  return copy;
}

/** The form as the TD has it, and what it is for where `withTargets` noted that. */
export function targetedRequest(form: Form): Pick<ClientRequest, 'form' | 'target'> {
  const noted = form[targetMember] as FormTarget | undefined;
  if (noted === undefined) return { form };
  const { thing, name, href } = noted;
  const uriVariables = Object.fromEntries(new URLSearchParams(form.href.slice(href.length)));
  return { form: { ...form, href }, target: { thing, name, uriVariables } };
}

function isWebSocketForm(form: unknown): form is Form {
  return isJsonObject(form) && form['subprotocol'] === webThingProtocol;
}
