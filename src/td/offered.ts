import type { EventAffordance, PropertyAffordance } from '../contracts/td.ts';
import { declaredContent, isBinary } from './declared-content.ts';

/** Whether a property can be read among others, as JSON. */
export function isReadable(property: PropertyAffordance): boolean {
  return property.writeOnly !== true && !isBinary(declaredContent(property).output);
}

/** Whether a property can be written among others, as JSON. */
export function isWritable(property: PropertyAffordance): boolean {
  return property.readOnly !== true && !isBinary(declaredContent(property).input);
}

/** Whether changes of a property are told among others, as JSON. */
export function isObservable(property: PropertyAffordance): boolean {
  return property.observable === true && !isBinary(declaredContent(property).output);
}

/** Whether an event is told among others, as JSON. */
export function isTellable(event: EventAffordance): boolean {
  return !isBinary(declaredContent(event).output);
}
