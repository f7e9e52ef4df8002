import {
  type AffordanceKind,
  affordanceKinds,
  type Op,
  type ThingDescription,
} from '../../../contracts/td.ts';
import { isJsonObject, mapMembers, ownMember } from '../../../td/json-object.ts';
import type { ExchangeRequest } from '../../page-data.ts';
import { offeredOps, type Target } from './offered-ops.ts';

/** What the address of the page says is tried. */
export interface Selection extends Target {
  /** Absent where the target offers nothing. */
  readonly op?: Op;
  /** The form that was chosen by hand, by its place among those of the op. */
  readonly form?: number;
}

/** What is typed for an operation: texts as they stand in the fields. */
export interface Draft {
  /** JSON; absent until something was typed. */
  readonly input?: string;
  /** A file, where the form takes bytes; it is no part of the address. */
  readonly base64?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly names: readonly string[];
  readonly invocation: string;
}

/** Nothing typed yet. */
export const emptyDraft: Draft = { variables: {}, names: [], invocation: '' };

type Search = Readonly<Record<string, unknown>>;

/** The search parameters that a console has for itself. */
const consoleParameters = [
  'kind',
  'affordance',
  'op',
  'form',
  'input',
  'vars',
  'names',
  'invocation',
] as const;

/** What is tried by the address, as far as the TD has it; else what is most likely meant. */
export function readSelection(td: ThingDescription, search: Search): Selection {
  const target = readTarget(td, search);
  const ops = offeredOps(td, target);
  const op = ops.find((offered) => offered === search['op']) ?? ops[0];
  const form =
    search['op'] === op || search['op'] === undefined ? Number(search['form'] ?? Number.NaN) : Number.NaN;
  return { ...target, ...(op && { op }), ...(Number.isInteger(form) && form >= 0 && { form }) };
}

function readTarget(td: ThingDescription, { kind, affordance }: Search): Target {
  const known = affordanceKinds.find((each) => each === kind);
  const name = textOf(affordance);
  if (known && ownMember(td[known], name) !== undefined) return { kind: known, name };
  return kind === 'thing' ? {} : firstTarget(td);
}

/** The first affordance: a console that shows nothing teaches nothing. */
function firstTarget(td: ThingDescription): Target {
  for (const kind of affordanceKinds) {
    const name = namesOf(td, kind)[0];
    if (name !== undefined) return { kind, name };
  }
  return {};
}

/** The affordances of a kind in the order of the TD. */
export function namesOf(td: ThingDescription, kind: AffordanceKind): readonly string[] {
  return isJsonObject(td[kind]) ? Object.keys(td[kind]) : [];
}

/** The parameters that mean a target, all others of a console gone. */
export function searchOf({ kind, name }: Target): Search {
  const gone = Object.fromEntries(consoleParameters.map((parameter) => [parameter, undefined]));
  return { ...gone, ...(kind === undefined ? { kind: 'thing' } : { kind, affordance: name }) };
}

/** What the address says was typed. */
export function readDraft({ input, vars, names, invocation }: Search): Draft {
  const variables = isJsonObject(vars) ? vars : {};
  return {
    ...(input === undefined ? {} : { input: textOf(input) }),
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, textOf(value)])),
    names: Array.isArray(names) ? names.map(textOf) : [],
    invocation: invocation === undefined ? '' : textOf(invocation),
  };
}

/** Characters of an input in an address: servers refuse longer ones, and the page with them. */
const longestInput = 6000;

/** The parameters that keep what was typed: nothing for what was not, nor for what no address can hold. */
export function draftSearch({ input, variables, names, invocation }: Draft): Search {
  const fits = input !== undefined && encodeURIComponent(JSON.stringify(input)).length <= longestInput;
  return {
    input: fits ? input : undefined,
    vars: Object.keys(variables).length > 0 ? variables : undefined,
    names: names.length > 0 ? names : undefined,
    invocation: invocation === '' ? undefined : invocation,
  };
}

/** What was typed for a request. */
export function draftOf({ input, uriVariables = {}, names = [], invocation = '' }: ExchangeRequest): Draft {
  return {
    ...(input === undefined ? {} : { input: JSON.stringify(input, null, 2) }),
    variables: mapMembers(uriVariables, (_, value) => textOf(value)),
    names,
    invocation,
  };
}

/** The router reads what looks like JSON as JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
