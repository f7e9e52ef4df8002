import type { PartialForm } from '../../../contracts/td.ts';
import { declaredDelivery } from '../../../td/declared-delivery.ts';

interface Affordance {
  readonly forms?: readonly PartialForm[];
  readonly writeOnly?: boolean;
}

/** How an affordance's messages are published. */
export interface Delivery {
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** Each event counts. */
export function eventDelivery(event: Affordance): Delivery {
  return { qos: 1, retain: false, ...declaredDelivery(event) };
}

/** Only the newest value counts, but a subscriber that is away for a while gets it at QoS 1 alone, so that it may choose. One that nobody may read passes, and is no longer there. */
export function valueDelivery(property: Affordance): Delivery {
  const { qos = 1 } = declaredDelivery(property);
  return { qos, retain: property.writeOnly !== true };
}

/** The QoS of a subscription to all of them: the highest that any declares or else `usual` has; `0` goes without saying. */
export function qosTerm(affordances: readonly Affordance[], usual: 0 | 1): { readonly 'mqv:qos'?: string } {
  const qos = Math.max(...affordances.map((each) => declaredDelivery(each).qos ?? usual));
  return qos > 0 ? { 'mqv:qos': String(qos) } : {};
}
