import type {
  ActionAffordance,
  EventAffordance,
  Op,
  PartialTd,
  PropertyAffordance,
} from '../../contracts/td.ts';
import { declaredContent, isBinary } from '../../td/declared-content.ts';
import { isObservable, isReadable, isTellable, isWritable } from '../../td/offered.ts';

/** What messages can do with a property; what is binary is offered over other protocols, for messages are JSON. */
export function propertyOps(property: PropertyAffordance): readonly Op[] {
  return [
    ...offered(isReadable(property), 'readproperty'),
    ...offered(isWritable(property), 'writeproperty'),
    ...offered(isObservable(property), 'observeproperty', 'unobserveproperty'),
  ];
}

/** What messages can do with an action. */
export function actionOps(action: ActionAffordance): readonly Op[] {
  const { input, output } = declaredContent(action);
  return [
    ...offered(!isBinary(input) && !isBinary(output), 'invokeaction'),
    ...offered(action.synchronous === false && !isBinary(output), 'queryaction', 'cancelaction'),
  ];
}

/** What messages can do with an event. */
export function eventOps(event: EventAffordance): readonly Op[] {
  return offered(isTellable(event), 'subscribeevent', 'unsubscribeevent');
}

/** What messages can do with a Thing as a whole. */
export function thingOps({ properties = {}, actions = {}, events = {} }: PartialTd): readonly Op[] {
  const all = Object.values(properties);
  const asynchronous = Object.values(actions).some(({ synchronous }) => synchronous === false);
  return [
    ...offered(all.some(isReadable), 'readallproperties', 'readmultipleproperties'),
    ...offered(all.some(isWritable), 'writeallproperties', 'writemultipleproperties'),
    ...offered(all.some(isObservable), 'observeallproperties', 'unobserveallproperties'),
    ...offered(asynchronous, 'queryallactions'),
    ...offered(Object.values(events).some(isTellable), 'subscribeallevents', 'unsubscribeallevents'),
  ];
}

function offered(condition: boolean, ...ops: readonly Op[]): readonly Op[] {
  return condition ? ops : [];
}
