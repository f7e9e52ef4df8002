import { randomUUID } from 'node:crypto';
import { decodeContent, encodeContent } from '../../codec/registry.ts';
import {
  type ChangeGap,
  type ClientRequest,
  type ClientResponse,
  type Content,
  type Notification,
  toChangeGap,
} from '../../contracts/binding.ts';
import { fromProblem, WotError } from '../../contracts/errors.ts';
import { kindOfStatus } from '../../contracts/http-status.ts';
import type { InvocationState } from '../../contracts/interaction.ts';
import type { Op } from '../../contracts/td.ts';
import { isJsonObject, type JsonObject, mapMembers } from '../../td/json-object.ts';
import type { RequestMessage } from './messages.ts';

/** A request with its name: every answer comes back with it. */
export type NamedRequest = RequestMessage & { readonly correlationID: string };

const json = 'application/json';
const states: readonly unknown[] = ['pending', 'running', 'completed', 'failed'] satisfies InvocationState[];
/** What a message adds to the levels of a value. */
const wrapping = 4;

/** Where the payload of an operation stands (Web Thing Protocol, sections 6 and 7). */
const payloadMembers: Readonly<Partial<Record<Op, keyof RequestMessage>>> = {
  writeproperty: 'value',
  readmultipleproperties: 'names',
  writemultipleproperties: 'values',
  writeallproperties: 'values',
  invokeaction: 'input',
  queryaction: 'actionID',
  cancelaction: 'actionID',
};

/** The message that asks for an operation, with ids of its own; WotError `invalid` or `unsupported-media` for content that JSON cannot carry. */
export function requestMessage({ op, form, target, content }: ClientRequest): NamedRequest {
  if (target === undefined) throw nobodyMeant(form.href);
  if (!target.thing) throw withoutId(form.href);
  const { thing, name, uriVariables } = target;
  const member = payloadMembers[op];
  return {
    thingID: thing,
    messageID: randomUUID(),
    messageType: 'request',
    operation: op,
    correlationID: randomUUID(),
    // An invocation is known by its id alone (section 7.2).
    ...(name === undefined || member === 'actionID' ? {} : { name }),
    ...(member === undefined || content === undefined ? {} : { [member]: payloadOf(content) }),
    ...(uriVariables === undefined || Object.keys(uriVariables).length === 0 ? {} : { uriVariables }),
  };
}

/** Throws WotError `internal` OUTPUT_NOT_SERIALISABLE for values that JSON does not have. */
export function encodeMessage(message: RequestMessage): Uint8Array {
  return encodeContent(json, message).body;
}

/** A message from the network, its members unchecked; undefined for anything else. */
export function parseMessage(body: Uint8Array): JsonObject | undefined {
  try {
    const message = decodeContent({ type: json, body }, 64 + wrapping);
    return isJsonObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** What a response says; throws the Thing's error, or WotError `internal` RESPONSE_MALFORMED where it is about something else or lacks what it must have. */
export function responseOf({ op, form, target }: ClientRequest, message: JsonObject): ClientResponse {
  const error = errorOf(message, form.href);
  if (error !== undefined) throw error;
  checkAnswer({ operation: op, thingID: target?.thing, name: target?.name }, message, form.href);
  const value = (member: string): unknown => {
    if (Object.hasOwn(message, member)) return message[member];
    throw malformed(form.href, `answered ${op} without the member ${member}`);
  };
  switch (op) {
    case 'readproperty':
      return contentOf(value('value'));
    case 'readallproperties':
    case 'readmultipleproperties':
      return contentOf(value('values'));
    case 'invokeaction':
      if (Object.hasOwn(message, 'status'))
        return { ...invocationOf(value('status'), form.href), isStatus: true };
      return Object.hasOwn(message, 'output') ? contentOf(message['output']) : {};
    case 'queryaction':
      return invocationOf(value('status'), form.href);
    case 'queryallactions':
      return contentOf(actionStatuses(value('statuses')));
    default:
      return {};
  }
}

/** Throws WotError `internal` RESPONSE_MALFORMED for an answer that names another operation, Thing or affordance than was asked. */
export function checkAnswer(
  asked: { readonly [member in 'operation' | 'thingID' | 'name']?: string | undefined },
  answer: JsonObject,
  href: string,
): void {
  for (const member of ['operation', 'thingID', 'name'] as const) {
    const [expected, told] = [asked[member], answer[member]];
    if (expected === undefined || told === undefined || told === expected) continue;
    throw malformed(href, `answered about the ${member} ${JSON.stringify(told)} instead of "${expected}"`);
  }
}

/** The problem that a message tells, where it does. */
export function errorOf({ error }: JsonObject, href: string): WotError | undefined {
  if (error === undefined || error === null) return undefined;
  const told = isJsonObject(error) ? error['status'] : undefined;
  const status = typeof told === 'number' || typeof told === 'string' ? Number(told) : Number.NaN;
  const problem = typeof error === 'string' ? { detail: error } : error;
  return fromProblem(problem, kindOfStatus(status), { href, ...(Number.isNaN(status) ? {} : { status }) });
}

/** What a notification tells; `value` in the place of `data` is taken too, as in section 8.3 of the draft. */
export function notificationOf(message: JsonObject): Notification {
  const { messageID: id, name, timestamp } = message;
  const member = ['data', 'value'].find((known) => Object.hasOwn(message, known));
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof timestamp === 'string' ? { timestamp } : {}),
    ...(member === undefined ? {} : contentOf(message[member])),
  };
}

/** The gap that a message tells, where it does. */
export function gapOf({ gap }: JsonObject): ChangeGap | undefined {
  return isJsonObject(gap) ? toChangeGap(gap) : undefined;
}

/** The status as the Profile words it, by which consumers follow invocations on every protocol. */
function actionStatus(status: unknown): unknown {
  if (!isJsonObject(status)) return status;
  const { actionID: id, state, ...rest } = status;
  // The examples of section 7.4 call the state `status`.
  return { ...(id === undefined ? {} : { id }), ...(state === undefined ? {} : { status: state }), ...rest };
}

function invocationOf(told: unknown, href: string): { readonly content: Content } {
  const status = actionStatus(told);
  if (isJsonObject(status) && states.includes(status['status'])) return contentOf(status);
  throw malformed(href, `told the state ${JSON.stringify(told)}, which is none of ${states.join(', ')}`);
}

function actionStatuses(statuses: unknown): unknown {
  if (!isJsonObject(statuses)) return statuses;
  return mapMembers(statuses, (_, list) => (Array.isArray(list) ? list.map(actionStatus) : list));
}

function contentOf(value: unknown): { readonly content: Content } {
  return { content: encodeContent(json, value) };
}

function payloadOf(content: Content): unknown {
  const value = decodeContent(content);
  if (!(value instanceof Uint8Array)) return value;
  const message = `${content.type} cannot be sent over WebSocket, whose messages are JSON; use another form.`;
  throw new WotError('unsupported-media', 'PAYLOAD_NOT_JSON', message);
}

function nobodyMeant(href: string): WotError {
  const message = `${href} cannot be asked without a Thing Description: its messages name Thing and affordance; fetch the TD over HTTP.`;
  return new WotError('invalid', 'TARGET_MISSING', message, { href });
}

function withoutId(href: string): WotError {
  const message = `${href} cannot be asked: the messages of WebSocket name the Thing, and its TD has no \`id\`; add it, or consume the TD by its URL, which is the name then (Web Thing Protocol, section 5.1).`;
  return new WotError('invalid', 'THING_ID_MISSING', message, { href });
}

function malformed(href: string, what: string): WotError {
  const message = `${href} ${what} (Web Thing Protocol, sections 5 to 7); the Thing needs correcting.`;
  return new WotError('internal', 'RESPONSE_MALFORMED', message, { href });
}
