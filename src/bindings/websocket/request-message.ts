import { json } from '../../codec/json.ts';
import { type Fault, WotError } from '../../contracts/errors.ts';
import type { Op } from '../../contracts/td.ts';
import { isJsonObject, type JsonObject, ownMember } from '../../td/json-object.ts';
import type { RequestMessage, ThingMessage } from './messages.ts';

type Member = keyof RequestMessage;

interface MemberRule {
  readonly must: string;
  holds(value: unknown): boolean;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isUuid = (value: unknown): boolean => isText(value) && uuid.test(value);
const text: MemberRule = { must: 'must be a text that is not empty', holds: isText };
const id: MemberRule = { must: 'must be a UUID', holds: isUuid };
const object: MemberRule = { must: 'must be an object', holds: isJsonObject };
const anything: MemberRule = { must: 'must be there', holds: (value) => value !== undefined };

const rules: Readonly<Record<Member, MemberRule>> = {
  thingID: text,
  messageID: id,
  messageType: { must: 'must be "request"', holds: (value) => value === 'request' },
  operation: {
    must: 'must be one of the operations of the TD specification',
    holds: (value) => isText(value) && Object.hasOwn(mandatory, value),
  },
  correlationID: id,
  name: text,
  names: {
    must: 'must be an array of one or more property names',
    holds: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  },
  value: anything,
  values: object,
  actionID: text,
  uriVariables: object,
  input: anything,
  lastNotificationID: anything,
};

const always: readonly Member[] = ['thingID', 'messageID', 'messageType', 'operation'];
const optional: readonly Member[] = ['correlationID', 'uriVariables', 'input', 'lastNotificationID'];

/** The members that each operation needs beside those of every message (Web Thing Protocol, the tables of each request). */
const mandatory: Readonly<Record<Op, readonly Member[]>> = {
  readproperty: ['name'],
  writeproperty: ['name', 'value'],
  observeproperty: ['name'],
  unobserveproperty: ['name'],
  readallproperties: [],
  readmultipleproperties: ['names'],
  writeallproperties: ['values'],
  writemultipleproperties: ['values'],
  observeallproperties: [],
  unobserveallproperties: [],
  invokeaction: ['name'],
  queryaction: ['actionID'],
  cancelaction: ['actionID'],
  queryallactions: [],
  subscribeevent: ['name'],
  unsubscribeevent: ['name'],
  subscribeallevents: [],
  unsubscribeallevents: [],
};

/** Reads a message as it came; WotError `invalid` where it is no JSON object in a text frame. */
export function decodeMessage(data: Uint8Array, isBinary: boolean, nesting: number): JsonObject {
  if (isBinary)
    throw new WotError('invalid', 'MESSAGE_BINARY', 'Messages are JSON in text frames, not binary.');
  const message = json.decode(data, nesting);
  if (isJsonObject(message)) return message;
  throw new WotError('invalid', 'MESSAGE_INVALID', 'A message is one JSON object, and nothing else.');
}

/** What a response repeats of its request, which need not be valid. */
export function repeated(message: JsonObject | RequestMessage): Partial<ThingMessage> {
  const members = ['thingID', 'operation', 'correlationID', 'name'] as const;
  return Object.fromEntries(
    members.map((name) => [name, message[name]]).filter(([, value]) => typeof value === 'string'),
  );
}

/** The members of a message that its operation knows; WotError `invalid` MESSAGE_INVALID names each that is missing or wrong. */
export function requestOf(message: JsonObject): RequestMessage {
  const { operation } = message;
  const needed = (isText(operation) && ownMember(mandatory, operation)) || [];
  const given = optional.filter((name) => message[name] !== undefined);
  const members = [...always, ...needed, ...given];
  const errors: Fault[] = members
    .filter((name) => !rules[name].holds(message[name]))
    .map((name) => ({ pointer: `/${name}`, detail: rules[name].must }));
  if (errors.length === 0) {
    return Object.fromEntries(members.map((name) => [name, message[name]])) as unknown as RequestMessage;
  }
  const faults = errors.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`).join(', ');
  throw new WotError('invalid', 'MESSAGE_INVALID', `The message is no valid request: ${faults}.`, { errors });
}
