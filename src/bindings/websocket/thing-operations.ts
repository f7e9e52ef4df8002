import { type ErrorKind, type Problem, toProblem, WotError } from '../../contracts/errors.ts';
import { httpStatus } from '../../contracts/http-status.ts';
import type { CallContext, HostedThing, InvocationStatus } from '../../contracts/interaction.ts';
import type { Op } from '../../contracts/td.ts';
import { mapMembers, ownMember } from '../../td/json-object.ts';
import { isWritable } from '../../td/offered.ts';
import type { RequestMessage, ThingMessage, WireStatus } from './messages.ts';
import { wireProblem } from './wire-problem.ts';

/** Does what a checked request asks, and gives the members of its response that the request does not have. */
export type Operation = (
  thing: HostedThing,
  request: RequestMessage,
  context: CallContext,
) => Promise<Partial<ThingMessage>>;

/** The operations that are one request and one response (Web Thing Protocol, operation-lifecycles). */
export const thingOperations: Readonly<Partial<Record<Op, Operation>>> = {
  async readproperty({ interactions }, { name = '' }, context) {
    return { value: await interactions.readProperty(name, context) };
  },

  async writeproperty({ interactions, affordances }, { name = '', value: given }, context) {
    const value = await interactions.writeProperty(name, given, context);
    // Web Thing Protocol, writeproperty-response: no value where it cannot be confirmed.
    return value === undefined || affordances.properties?.[name]?.writeOnly === true ? {} : { value };
  },

  readallproperties({ interactions }, _, context) {
    return several(async () => ({ values: await interactions.readAllProperties(context) }));
  },

  readmultipleproperties({ interactions }, { names = [] }, context) {
    return several(async () => ({ values: await interactions.readMultipleProperties(names, context) }));
  },

  writeallproperties(thing, request, context) {
    return writeSeveral(thing, request, context, refuseIncomplete);
  },

  writemultipleproperties(thing, request, context) {
    return writeSeveral(thing, request, context, refuseEmpty);
  },

  async invokeaction({ interactions }, { name = '', input }, context) {
    const result = await interactions.invokeAction(name, input, context);
    if ('invocation' in result) return { status: wireStatus(result.invocation) };
    return result.output === undefined ? {} : { output: result.output };
  },

  async queryaction({ interactions }, { actionID = '' }, context) {
    const name = interactions.actionOf(actionID, context);
    return { name, status: wireStatus(await interactions.queryAction(name, actionID, context)) };
  },

  async cancelaction({ interactions }, { actionID = '' }, context) {
    await interactions.cancelAction(interactions.actionOf(actionID, context), actionID, context);
    return { actionID };
  },

  async queryallactions({ interactions }, _, context) {
    const all = await interactions.queryAllActions(context);
    return { statuses: mapMembers(all, (_action, statuses) => statuses.map(wireStatus)) };
  },
};

/** The request without an input that its action does not declare: nobody looks at that, and it may be large. */
export function withoutUndeclared({ affordances }: HostedThing, request: RequestMessage): RequestMessage {
  const { input, ...others } = request;
  const action = ownMember(affordances.actions ?? {}, request.name ?? '');
  return input === undefined || action?.input !== undefined ? request : others;
}

type Values = Readonly<Record<string, unknown>>;

function writeSeveral(
  thing: HostedThing,
  request: RequestMessage,
  context: CallContext,
  check: (thing: HostedThing, values: Values) => void,
): Promise<Partial<ThingMessage>> {
  const values = request.values as Values;
  return several(async () => {
    check(thing, values);
    await thing.interactions.writeMultipleProperties(values, context);
    return { values };
  }, values);
}

/** Web Thing Protocol, writeallproperties-error-response. */
function refuseIncomplete({ affordances }: HostedThing, values: Values): void {
  const missing = Object.entries(affordances.properties ?? {})
    .filter(([name, property]) => isWritable(property) && !Object.hasOwn(values, name))
    .map(([name]) => name);
  if (missing.length === 0) return;
  const message = `writeallproperties needs all writable properties; missing: ${missing.join(', ')}. Write some by writemultipleproperties.`;
  throw new WotError('invalid', 'PROPERTIES_MISSING', message);
}

/** Web Thing Protocol, writemultipleproperties-error-response. */
function refuseEmpty(_: HostedThing, values: Values): void {
  if (Object.keys(values).length > 0) return;
  throw new WotError('invalid', 'VALUES_EMPTY', 'values is empty; give a member per property to write.');
}

/** Runs an operation on several properties: what the request got wrong is 400, what failed then 500 (Web Thing Protocol, the error-response of each). */
async function several(
  work: () => Promise<Partial<ThingMessage>>,
  values: Values = {},
): Promise<Partial<ThingMessage>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WotError)) throw error;
    const { written } = error.details;
    const status = written === undefined ? statusBefore(error.kind) : 500;
    return {
      error: wireProblem(toProblem(error), status),
      ...(written?.length && { values: Object.fromEntries(written.map((name) => [name, values[name]])) }),
    };
  }
}

const requestFaults: readonly ErrorKind[] = [
  'invalid',
  'not-found',
  'not-allowed',
  'not-acceptable',
  'unsupported-media',
];

function statusBefore(kind: ErrorKind): number {
  if (requestFaults.includes(kind)) return 400;
  return kind === 'forbidden' || kind === 'unauthenticated' ? httpStatus[kind] : 500;
}

/** Web Thing Protocol, action-status-object. */
function wireStatus({ id, action: _, status, href: __, error, ...times }: InvocationStatus): WireStatus {
  return {
    actionID: id,
    state: status,
    ...times,
    ...(error === undefined ? {} : { error: wireProblem(error as Problem) }),
  };
}
