import type { AffordanceKind, PartialForm } from '../contracts/td.ts';

/** How the author of an affordance wants its MQTT messages to be delivered. */
export interface DeclaredDelivery {
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
}

interface Affordance {
  readonly forms?: readonly PartialForm[];
  readonly data?: unknown;
}

/** What the forms without `href` of an affordance declare by `mqv:qos` and `mqv:retain` (W3C MQTT binding). */
export function declaredDelivery({ forms = [] }: Affordance): DeclaredDelivery {
  const qos = termOf(forms, 'mqv:qos');
  const retain = termOf(forms, 'mqv:retain');
  return {
    ...(qos === undefined ? {} : { qos: Number(qos) as 0 | 1 | 2 }),
    ...(retain === undefined ? {} : { retain: retain === true }),
  };
}

/** Says why an affordance cannot be delivered as its forms declare, or undefined where it can. */
export function deliveryFault(kind: AffordanceKind, { forms = [], data }: Affordance): string | undefined {
  const qos = termOf(forms, 'mqv:qos');
  if (qos !== undefined && qos !== '0' && qos !== '1' && qos !== '2') {
    return `"mqv:qos" is ${JSON.stringify(qos)}; write "0", "1" or "2"`;
  }
  const retain = termOf(forms, 'mqv:retain');
  if (retain === undefined) return undefined;
  if (typeof retain !== 'boolean') return `"mqv:retain" is ${JSON.stringify(retain)}; write true or false`;
  if (kind === 'actions' && retain)
    return '"mqv:retain" would repeat the action at every start; leave it out';
  if (kind === 'properties' && !retain)
    return 'values of properties are always retained; leave "mqv:retain" out';
  // MQTT 3.1.1 section 3.3.1.3: an empty retained message removes the last one.
  const isEmpty = data === undefined && forms.every(({ contentType }) => contentType === undefined);
  return kind === 'events' && retain && isEmpty
    ? 'an event without data cannot be retained; leave "mqv:retain" out, or give it a DataSchema'
    : undefined;
}

/** Forms with an address are of elsewhere. */
function termOf(forms: readonly PartialForm[], term: string): unknown {
  return forms.find((form) => form.href === undefined && form[term] !== undefined)?.[term];
}
