import type { PropertyHandler, ThingHandlers, ThingOptions } from '../contracts/definition.ts';
import { type Fault, WotError } from '../contracts/errors.ts';
import { affordanceKinds, type PartialTd, type PropertyAffordance } from '../contracts/td.ts';
import { inWords } from './data-check.ts';
import { compilePayloadCheck, declaredContent } from './declared-content.ts';
import { ownMember } from './json-object.ts';

/**
 * Gives the handlers back when they fit the TD; throws WotError `invalid` where one is missing, has no affordance or not
 * the right members, or where an initial value does not fit its DataSchema. Own members count, inherited ones do not.
 */
export function checkHandlers(td: PartialTd, handlers: ThingHandlers, options: ThingOptions): ThingHandlers {
  checkNames(td, handlers);
  for (const [name, affordance] of Object.entries(td.properties ?? {})) {
    const what = `property ${JSON.stringify(name)} of ${JSON.stringify(td.title)}`;
    const handler = ownMember(handlers.properties, name);
    checkMembers(affordance, handler, what);
    if (handler?.initial !== undefined && options.streams?.includes(name)) {
      const message = `The option streams names ${what}, whose value the servient holds; give it write instead of initial.`;
      throw invalid('STREAM_HELD', message);
    }
    if (handler?.initial !== undefined) checkInitial(affordance, handler.initial, what);
    else if (options.persist?.includes(name)) {
      const message = `The option persist names ${what}, whose value its own handlers keep; give it initial.`;
      throw invalid('PERSIST_NOT_HELD', message);
    }
  }
  for (const name of Object.keys(td.actions ?? {})) {
    if (typeof ownMember(handlers.actions, name) === 'function') continue;
    const message = `No handler serves action ${JSON.stringify(name)} of ${JSON.stringify(td.title)}; give it a function (input, context).`;
    throw invalid('HANDLER_MISSING', message);
  }
  return handlers;
}

function checkNames(td: PartialTd, handlers: ThingHandlers): void {
  const title = JSON.stringify(td.title);
  if (typeof handlers !== 'object' || handlers === null || handlers instanceof Promise) {
    const message = `The handlers of ${title} must be an object, or a function that returns one without a promise.`;
    throw invalid('HANDLERS_INVALID', message);
  }
  for (const kind of affordanceKinds) {
    const declared = td[kind] ?? {};
    const stray = Object.keys(handlers[kind] ?? {}).find((name) => !Object.hasOwn(declared, name));
    if (stray === undefined) continue;
    const known = Object.keys(declared).join(', ') || 'none';
    const message = `The handlers of ${title} have ${JSON.stringify(stray)} under ${kind}, which its TD does not; it has: ${known}.`;
    throw invalid('HANDLER_UNKNOWN', message);
  }
}

/** Held by the servient, or served by the device; without what readOnly and writeOnly rule out. */
function checkMembers(
  { readOnly, writeOnly }: PropertyAffordance,
  handler: PropertyHandler | undefined,
  what: string,
): void {
  const device = [...(writeOnly ? [] : ['read']), ...(readOnly ? [] : ['write'])];
  const held = readOnly ? ['initial'] : ['initial', 'written'];
  const [needed, allowed] = handler?.initial === undefined ? [device, device] : [['initial'], held];
  for (const member of ['initial', 'written', 'read', 'write'] as const) {
    const given = handler?.[member];
    if (given === undefined && needed.includes(member)) {
      const message = `No ${member} handler serves ${what}; give it ${device.join(' and ')}, or initial to have the servient hold its value.`;
      throw invalid('HANDLER_MISSING', message);
    }
    if (given !== undefined && !allowed.includes(member)) {
      const message = `The handler of ${what} has ${member}, which does not go with its other members or with readOnly or writeOnly; give ${device.join(' and ')}, or ${held.join(' and ')}.`;
      throw invalid('HANDLER_INVALID', message);
    }
    if (given !== undefined && member !== 'initial' && typeof given !== 'function') {
      throw invalid('HANDLER_INVALID', `The ${member} handler of ${what} must be a function.`);
    }
  }
}

function checkInitial(affordance: PropertyAffordance, initial: unknown, what: string): void {
  const errors = compilePayloadCheck(affordance, 'read', declaredContent(affordance).output)(initial);
  if (errors.length === 0) return;
  const message = `The initial value of ${what} does not fit its DataSchema: ${inWords(errors)}.`;
  throw invalid('INITIAL_MISMATCH', message, errors);
}

function invalid(code: string, message: string, errors?: readonly Fault[]): WotError {
  return new WotError('invalid', code, message, errors && { errors });
}
