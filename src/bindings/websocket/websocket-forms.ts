import type { ThingForms } from '../../contracts/binding.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import type { Form, Op } from '../../contracts/td.ts';
import { mapMembers } from '../../td/json-object.ts';
import { webThingProtocol } from './messages.ts';
import { actionOps, eventOps, propertyOps, thingOps } from './offered-ops.ts';

/** The forms of a Thing: one per affordance and one of the Thing, each with all its ops, all at one endpoint. */
export function websocketForms({ affordances }: HostedThing, href: string): ThingForms {
  const forms = (op: readonly Op[]): readonly Form[] =>
    op.length === 0 ? [] : [{ href, op, subprotocol: webThingProtocol }];
  const { properties, actions, events } = affordances;
  return {
    forms: forms(thingOps(affordances)),
    properties: mapMembers(properties, (_, property) => forms(propertyOps(property))),
    actions: mapMembers(actions, (_, action) => forms(actionOps(action))),
    events: mapMembers(events, (_, event) => forms(eventOps(event))),
  };
}
