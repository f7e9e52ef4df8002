import { pause } from '../contracts/clock.ts';
import { WotError } from '../contracts/errors.ts';
import type { CallContext, Value } from '../contracts/interaction.ts';
import { isRaw } from '../td/declared-content.ts';
import { jsonPointer } from '../td/json-pointer.ts';
import { checkInput, checkOutput } from './affordance-check.ts';
import { asInputStream, carried, refuseUncarried } from './declared-payload.ts';
import { callHandler, HandlerCall } from './handler-call.ts';
import type { HostedProperty } from './hosted-affordances.ts';
import type { InteractionEnvironment } from './pipeline.ts';

/** Reads one property that was found and authorised; a value at hand needs no promise. */
export function readProperty(
  environment: InteractionEnvironment,
  property: HostedProperty,
  context: CallContext,
): Value | Promise<Value> {
  const { affordance, handler, held, what } = property;
  if (affordance.writeOnly === true) {
    throw notOffered('PROPERTY_WRITE_ONLY', `${what} is write-only`, ['writeproperty']);
  }
  refuseUncarried(what, property.content.output, context, 'read');
  const uriVariables = property.uriVariables(context.uriVariables);
  if (held) {
    checkOutput(property, held.value, environment.logger);
    return held.value;
  }
  const { read } = handler;
  if (!read) throw notImplemented(what, 'read');
  const call = new HandlerCall(context, uriVariables);
  const { output } = property.content;
  if (!isRaw(output)) return readByHandler(environment, property, call, read.bind(handler));
  const carrier = { what, call, maxPayload: environment.maxPayload, carries: context.carries };
  return readByHandler(environment, property, call, () => carried(read.call(handler, call), output, carrier));
}

async function readByHandler(
  environment: InteractionEnvironment,
  property: HostedProperty,
  call: HandlerCall,
  read: NonNullable<HostedProperty['handler']['read']>,
): Promise<Value> {
  const value = await callHandler(environment, property.what, call, () => read(call));
  checkOutput(property, value, environment.logger);
  return value;
}

/** Refuses a write before anything is called. */
export function checkWrite(property: HostedProperty, value: Value, context: CallContext): HandlerCall {
  const { affordance, what } = property;
  if (affordance.readOnly === true) {
    throw notOffered('PROPERTY_READ_ONLY', `${what} is read-only`, ['readproperty']);
  }
  refuseUncarried(what, property.content.input, context, 'write');
  const uriVariables = property.uriVariables(context.uriVariables);
  checkInput(property, value);
  return new HandlerCall(context, uriVariables);
}

/** Writes a checked value: the device first, then what the servient holds, durably where asked, then observers; gives what is held then. */
export async function writeChecked(
  environment: InteractionEnvironment,
  property: HostedProperty,
  value: Value,
  call: HandlerCall,
): Promise<Value> {
  const { handler, held, what } = property;
  if (!held) {
    if (!handler.write) throw notImplemented(what, 'write');
    const given = property.isStream ? asInputStream(value, call) : value;
    await callHandler(environment, what, call, () => handler.write?.(given, call));
  } else if (handler.written) {
    const turn = held.takeTurn();
    // A device that acts after its time-out has acted all the same: its value is held then.
    await callHandler(environment, what, call, async () => {
      await handler.written?.(value, call);
      await held.hold(value, turn);
    });
  } else {
    await held.hold(value, held.takeTurn());
  }
  await environment.saves.settled();
  return held?.value;
}

/** Whether a read failed because the device has not told a value yet, which is no fault: observers wait for it. */
export function isNotToldYet(error: unknown): boolean {
  return error instanceof WotError && error.code === 'VALUE_UNKNOWN';
}

/** Tells the value that there is, if any. */
export async function tellPresent(
  environment: InteractionEnvironment,
  property: HostedProperty,
  context: CallContext,
  tell: (name: string, value: Value) => void,
): Promise<void> {
  if (property.affordance.writeOnly === true) return;
  try {
    tell(property.name, await readProperty(environment, property, context));
  } catch (error) {
    if (!isNotToldYet(error)) throw error;
  }
}

/** Reads several; the first fault fails all, with the property's name. `mayLack` tells which faults leave out the property alone. */
export async function readSeveral(
  environment: InteractionEnvironment,
  properties: readonly HostedProperty[],
  context: CallContext,
  mayLack: (error: unknown) => boolean = () => false,
): Promise<Readonly<Record<string, Value>>> {
  const entries = await Promise.all(
    properties.map(async (property) => {
      try {
        return [[property.name, await readProperty(environment, property, context)] as const];
      } catch (error) {
        if (mayLack(error)) return [];
        throw withName(error, property.name);
      }
    }),
  );
  return Object.fromEntries(entries.flat());
}

const firstReadWithin = 500;

/** Tells the values of several properties as they come; a silent or failing one does not keep the caller from the others. */
export async function readAsTheyCome(
  environment: InteractionEnvironment,
  properties: readonly HostedProperty[],
  context: CallContext,
  tell: (name: string, value: Value) => void,
): Promise<void> {
  const reads = properties.map(async (property) => {
    try {
      tell(property.name, await readProperty(environment, property, context));
    } catch (error) {
      if (isNotToldYet(error)) return;
      environment.logger.warn(`${property.what} could not be read for an observer of all properties`, {
        error,
      });
    }
  });
  const all = new AbortController();
  const read = Promise.all(reads).then(() => all.abort());
  await Promise.race([read, pause(environment.clock, firstReadWithin, all.signal)]);
}

/** The same error, told of one property among several. */
function withName(error: unknown, name: string): unknown {
  if (!(error instanceof WotError)) return error;
  return new WotError(error.kind, error.code, `${name}: ${error.message}`, error.details);
}

/** Says what of several writes was done before one failed. */
export function partlyWritten(error: unknown, name: string, written: readonly string[]): unknown {
  if (!(error instanceof WotError)) return error;
  const done = written.length === 0 ? 'nothing was written' : `written before it: ${written.join(', ')}`;
  const message = `${name}: ${error.message} (${done})`;
  return new WotError(error.kind, error.code, message, { ...error.details, written });
}

/** Faults of one value among several point below its member. */
export function atMember<R>(name: string, check: () => R): R {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof WotError) || !error.details.errors) throw error;
    const errors = error.details.errors.map(({ pointer, detail }) => ({
      pointer: jsonPointer('', name) + pointer,
      detail,
    }));
    throw new WotError(error.kind, error.code, error.message, { ...error.details, errors });
  }
}

/** The op is not offered; `allow` lists what is. */
export function notOffered(code: string, what: string, allow: readonly string[]): WotError {
  return new WotError('not-allowed', code, `${what}; offered: ${allow.join(', ') || 'nothing'}.`, { allow });
}

function notImplemented(what: string, verb: string): WotError {
  return new WotError(
    'not-implemented',
    'HANDLER_MISSING',
    `${what} has no ${verb} handler; its author must add one.`,
  );
}

/** Several properties travel as one object; throws `invalid`. */
export function asObject(values: Value): Record<string, Value> {
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return { ...values };
  const message = 'Several properties are written as one object with a member per property.';
  throw new WotError('invalid', 'OBJECT_EXPECTED', message, {
    errors: [{ pointer: '', detail: 'must be object' }],
  });
}
