import type { Target } from '../../consumer/exchange.ts';
import { type Fault, WotError } from '../../contracts/errors.ts';
import type { AffordanceKind, Op } from '../../contracts/td.ts';
import { isJsonObject, type JsonObject, ownMember } from '../../td/json-object.ts';
import type { ExchangeRequest } from '../page-data.ts';

/** One exchange as it was asked for, checked. */
export interface AskedExchange extends Omit<ExchangeRequest, 'kind' | 'name' | 'op' | 'base64'> {
  readonly target: Target;
  /** Milliseconds. */
  readonly timeout: number;
}

const usualTimeout = 10_000;
const longestTimeout = 60_000;

/** What each op is about; what ends a subscription is no exchange of its own. */
const kinds: Readonly<Partial<Record<Op, AffordanceKind | 'thing'>>> = {
  readproperty: 'properties',
  writeproperty: 'properties',
  observeproperty: 'properties',
  invokeaction: 'actions',
  queryaction: 'actions',
  cancelaction: 'actions',
  subscribeevent: 'events',
  readallproperties: 'thing',
  writeallproperties: 'thing',
  readmultipleproperties: 'thing',
  writemultipleproperties: 'thing',
  observeallproperties: 'thing',
  queryallactions: 'thing',
  subscribeallevents: 'thing',
};

type Check = readonly [fits: (value: unknown) => boolean, detail: string];

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';

const members: Readonly<Record<string, Check>> = {
  thing: [isText, 'must be the name of a Thing that is hosted here'],
  url: [isAddress, 'must be the address of a Thing Description, and no file'],
  td: [isJsonObject, 'must be a Thing Description'],
  op: [(op) => isText(op) && ownMember(kinds, op) !== undefined, opsInWords()],
  name: [isText, 'must be the name of an affordance'],
  form: [
    (form) => isNumber(form) && Number.isInteger(form) && form >= 0,
    'must be the index of a form, from 0',
  ],
  uriVariables: [isJsonObject, 'must be an object of values by name'],
  names: [(names) => Array.isArray(names) && names.every(isText), 'must be a list of names of properties'],
  invocation: [isText, 'must be the id or the address of an invocation'],
  base64: [(text) => isText(text) && /^[\w+/-]*={0,2}$/.test(text), 'must be bytes in Base64'],
  timeout: [
    (timeout) => isNumber(timeout) && timeout >= 1 && timeout <= longestTimeout,
    `must be milliseconds from 1 to ${longestTimeout}`,
  ],
};

/** Takes the body of a request; WotError `invalid` EXCHANGE_INVALID with a pointer for each fault. */
export function askedExchange(body: unknown): AskedExchange {
  if (!isJsonObject(body)) throw invalid([{ pointer: '', detail: 'must be an object' }]);
  const errors = [...memberFaults(body), ...sourceFaults(body), ...targetFaults(body)];
  if (errors.length > 0) throw invalid(errors);
  const { op, name, base64, kind: _, ...request } = body as unknown as ExchangeRequest;
  const kind = kinds[op];
  const target =
    kind === undefined || kind === 'thing' ? { op } : { op, kind, ...(name !== undefined && { name }) };
  return {
    timeout: usualTimeout,
    ...request,
    target,
    ...(base64 === undefined ? {} : { input: Buffer.from(base64, 'base64') }),
  };
}

function memberFaults(body: JsonObject): Fault[] {
  return Object.entries(members).flatMap(([name, [fits, detail]]) =>
    body[name] === undefined || fits(body[name]) ? [] : [{ pointer: `/${name}`, detail }],
  );
}

function sourceFaults(body: JsonObject): Fault[] {
  const given = ['thing', 'url', 'td'].filter((name) => body[name] !== undefined);
  return given.length === 1
    ? []
    : [{ pointer: '', detail: 'must have one of the members thing, url and td' }];
}

function targetFaults({ op, name, names, invocation }: JsonObject): Fault[] {
  const wanted = {
    op,
    ...(ownMember(kinds, String(op)) !== 'thing' && { name }),
    ...(op === 'readmultipleproperties' && { names }),
    ...((op === 'queryaction' || op === 'cancelaction') && { invocation }),
  };
  return Object.entries(wanted).flatMap(([member, value]) =>
    value === undefined ? [{ pointer: `/${member}`, detail: 'is missing' }] : [],
  );
}

function isAddress(value: unknown): boolean {
  const url = isText(value) ? URL.parse(value) : null;
  return url !== null && url.protocol !== 'file:';
}

function opsInWords(): string {
  return `must be one of ${Object.keys(kinds).join(', ')}; a subscription ends with the request that began it`;
}

function invalid(errors: readonly Fault[]): WotError {
  const faults = errors.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ');
  return new WotError('invalid', 'EXCHANGE_INVALID', `The exchange cannot be made: ${faults}.`, { errors });
}
