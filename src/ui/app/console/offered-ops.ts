import type { AffordanceKind, Op, ThingDescription } from '../../../contracts/td.ts';
import { formsFor } from '../../../td/forms.ts';
import { ownMember } from '../../../td/json-object.ts';

/** What an operation is about: an affordance, or without `kind` and `name` the Thing. */
export interface Target {
  readonly kind?: AffordanceKind;
  readonly name?: string;
}

// What ends a subscription is no tab of its own: it ends by stopping.
const opsOfKind: Readonly<Record<AffordanceKind | 'thing', readonly Op[]>> = {
  properties: ['readproperty', 'writeproperty', 'observeproperty'],
  actions: ['invokeaction', 'queryaction', 'cancelaction'],
  events: ['subscribeevent'],
  thing: [
    'readallproperties',
    'readmultipleproperties',
    'writemultipleproperties',
    'writeallproperties',
    'observeallproperties',
    'queryallactions',
    'subscribeallevents',
  ],
};

/** The ops that the forms of an affordance or of the Thing offer; an invocation has an address of its own where the TD has no form to query it. */
export function offeredOps(td: ThingDescription, { kind, name }: Target): readonly Op[] {
  const isAsynchronous = kind === 'actions' && ownMember(td.actions, name ?? '')?.synchronous === false;
  return opsOfKind[kind ?? 'thing'].filter(
    (op) =>
      formsFor(td, op, kind, name).length > 0 ||
      (isAsynchronous && (op === 'queryaction' || op === 'cancelaction')),
  );
}

/** Whether the op asks for an invocation that was begun before. */
export function isAboutInvocation(op: Op): boolean {
  return op === 'queryaction' || op === 'cancelaction';
}
