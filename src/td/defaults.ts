import type { AffordanceKind, Form, Op, PropertyAffordance } from '../contracts/td.ts';

/** The content type of a form without one (TD 1.1 section 5.4). */
export const defaultContentType = 'application/json';

interface SubscriptionTerms {
  readonly kind: 'properties' | 'events';
  readonly endedBy: Op;
}

/** The ops that go on until they are ended: what they tell of, and what ends them. */
export const subscriptions: Readonly<Partial<Record<Op, SubscriptionTerms>>> = {
  observeproperty: { kind: 'properties', endedBy: 'unobserveproperty' },
  observeallproperties: { kind: 'properties', endedBy: 'unobserveallproperties' },
  subscribeevent: { kind: 'events', endedBy: 'unsubscribeevent' },
  subscribeallevents: { kind: 'events', endedBy: 'unsubscribeallevents' },
};

/** Their names alone. */
export const subscriptionOps: readonly string[] = Object.keys(subscriptions);

/** The ops that change nothing, so that they may be sent again. */
export const safeOps: readonly string[] = [
  ...subscriptionOps,
  'readproperty',
  'readallproperties',
  'readmultipleproperties',
  'queryaction',
  'queryallactions',
];

/** The content type that a form lets expect (TD 1.1 section 5.3.4.2). */
export function responseType({ response, contentType }: Form): string {
  return response?.contentType ?? contentType ?? defaultContentType;
}

/** The ops of a form without `op` (TD 1.1 section 5.4); Thing-level forms have no default. */
export function defaultOps(kind: AffordanceKind, affordance: object): readonly Op[] {
  if (kind === 'actions') return ['invokeaction'];
  if (kind === 'events') return ['subscribeevent', 'unsubscribeevent'];
  const { readOnly, writeOnly } = affordance as PropertyAffordance;
  if (readOnly === true) return ['readproperty'];
  return writeOnly === true ? ['writeproperty'] : ['readproperty', 'writeproperty'];
}

/** The ops that a form names itself, as a list. */
export function opsOf(form: Form): readonly string[] | undefined {
  return typeof form.op === 'string' ? [form.op] : form.op;
}
