import type { Problem } from '../contracts/errors.ts';
import type {
  AffordanceKind,
  DataSchema,
  Form,
  MultiLanguage,
  Op,
  ThingDescription,
} from '../contracts/td.ts';

/** What the lists and the search know of an affordance. */
export interface AffordanceSummary {
  readonly name: string;
  readonly title?: string;
  readonly titles?: MultiLanguage;
}

/** The property that tells most of a Thing, as a card shows it. */
export interface KeyProperty extends AffordanceSummary {
  readonly schema: DataSchema;
  readonly observable: boolean;
}

/** A hosted Thing in `GET /app/api/things`: what lists, filters and search need, without its forms. */
export interface ThingSummary {
  readonly name: string;
  readonly id: string;
  readonly title: string;
  readonly titles?: MultiLanguage;
  readonly description?: string;
  readonly descriptions?: MultiLanguage;
  /** `@type` as the TD has it. */
  readonly types: readonly string[];
  /** The addresses of its Thing Models, as its TD links them by `rel: type`. */
  readonly models: readonly string[];
  readonly units: readonly string[];
  /** Where it stands, in words, where its TD says so. */
  readonly location?: string;
  /** `http`, `websocket`, `coap`, `mqtt`. */
  readonly protocols: readonly string[];
  readonly properties: readonly AffordanceSummary[];
  readonly actions: readonly AffordanceSummary[];
  readonly events: readonly AffordanceSummary[];
  readonly key?: KeyProperty;
  /** Why its device does not answer; `since` in milliseconds since 1970. */
  readonly fault?: { readonly code: string; readonly message: string; readonly since: number };
}

/** `GET /app/api/things`, in order of exposure. */
export interface ThingSummaries {
  readonly servient: { readonly title: string; readonly version: string };
  readonly things: readonly ThingSummary[];
}

/** `POST /app/api/exchange`: one operation on any Thing, sent by the servient; the answer is lines of JSON (application/x-ndjson). */
export interface ExchangeRequest {
  /** The name of a hosted Thing; one of `thing`, `url` and `td` says which Thing is meant. */
  readonly thing?: string;
  /** The address of a TD. */
  readonly url?: string;
  readonly td?: unknown;
  readonly op: Op;
  readonly kind?: AffordanceKind;
  readonly name?: string;
  /** Which of the forms for the op, in the order of `chosen.forms`; the one that is preferred otherwise. */
  readonly form?: number;
  readonly uriVariables?: Readonly<Record<string, unknown>>;
  readonly input?: unknown;
  /** Properties for readmultipleproperties. */
  readonly names?: readonly string[];
  /** The id of an invocation, or its address. */
  readonly invocation?: string;
  /** The input as bytes, for forms whose content is neither data nor text; instead of `input`. */
  readonly base64?: string;
  /** Milliseconds until it fails, of a subscription until it stands; default 10,000, at most 60,000. */
  readonly timeout?: number;
}

/** A form that the op could take. */
export interface OfferedForm {
  readonly form: Form;
  readonly protocol: string;
  /** Whether a client of this servient can send it. */
  readonly usable: boolean;
  /** Why it stands where it does, or why it cannot be used: a sentence in English. */
  readonly reason: string;
}

/** What a value is worth against its DataSchema. */
export interface Verdict {
  readonly fits: boolean;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

/** A message of the wire; `text` where the body is text, else `base64`. */
export interface WireLine {
  readonly line: 'wire';
  readonly direction: 'sent' | 'received';
  readonly protocol: string;
  readonly at: number;
  readonly start: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly text?: string;
  readonly base64?: string;
  /** Bytes of the body, which may be cut here. */
  readonly size?: number;
}

/** A value as it came: data or text in `value`, bytes in `base64`; neither where there is none, or where `size` is told: it is too large to be shown. */
export interface CarriedValue {
  readonly value?: unknown;
  readonly base64?: string;
  /** Its media type, where there is content. */
  readonly type?: string;
  /** Its bytes, where they are more than 1 MiB. */
  readonly size?: number;
  /** Absent where nothing is known that it should fit. */
  readonly verdict?: Verdict;
}

export type ExchangeLine =
  /** Comes first; `form` is the index of the one that is taken, -1 where none can be; `input` what the given input is worth. */
  | {
      readonly line: 'chosen';
      readonly forms: readonly OfferedForm[];
      readonly form: number;
      readonly input?: Verdict;
    }
  | WireLine
  /** The answer; `ms` from sending to it. */
  | (CarriedValue & {
      readonly line: 'result';
      readonly ms: number;
      /** Where an asynchronous action goes on; its `value` is the status then. */
      readonly location?: string;
    })
  /** The subscription stands. */
  | { readonly line: 'subscribed'; readonly ms: number }
  | (CarriedValue & {
      readonly line: 'change';
      readonly name?: string;
      readonly id?: string;
      readonly timestamp?: string;
    })
  | { readonly line: 'gap'; readonly after?: string; readonly resumesAt?: string }
  /** The reader was too slow for so many lines, which are left out here. */
  | { readonly line: 'dropped'; readonly count: number }
  | { readonly line: 'interrupted'; readonly message: string }
  | { readonly line: 'resumed' }
  | { readonly line: 'error'; readonly ms: number; readonly problem: Problem }
  /** The Thing ended the subscription; nothing follows. */
  | { readonly line: 'ended' };

/** A change that mends a text; offsets in UTF-16 code units. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** A fix of a finding: what it does, to which name or by which value, and the change itself. */
export interface TdFix {
  readonly do: 'add' | 'replace' | 'remove' | 'insert';
  readonly what: string;
  readonly edit: TextEdit;
}

/** One thing that is wrong in the text of a TD, on the very place. */
export interface TdFinding {
  readonly severity: 'error' | 'warning';
  /** Which of the verdicts it counts for. */
  readonly of: keyof TdReport['lights'];
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
  readonly pointer: string;
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly line: number;
  readonly fixes: readonly TdFix[];
}

/** `unknown` where it could not be looked at. */
export type Light = 'valid' | 'warning' | 'invalid' | 'unknown';

/** `POST /app/api/td/validate` {text}: what is wrong in a TD or Thing Model; at most 100 findings, errors first. */
export interface TdReport {
  readonly kind: 'td' | 'tm';
  /** Of the text as JSON, against the W3C schema, and by the rules that no schema can state. */
  readonly lights: { readonly json: Light; readonly schema: Light; readonly semantics: Light };
  readonly findings: readonly TdFinding[];
}

/** What a TD can be seen as: with the default values of TD 1.1 written out or left out, its HTTP side, its data as TypeScript. */
export type TdViewName = 'defaults' | 'no-defaults' | 'openapi' | 'types';

/** `POST /app/api/td/view` {text, as}. */
export interface TdView {
  readonly text: string;
  readonly language: 'json' | 'typescript';
}

/** `POST /app/api/td/fetch` {url}: the JSON document at an address (http, https, coap, mqtt), and where it was found. */
export interface FetchedTd {
  readonly text: string;
  readonly address: string;
  /** The TD that it is, as calls understand it: with a base, and of a WebThings TD what it says in TD 1.1. */
  readonly td?: ThingDescription;
  /** Why it is no TD that can be used. */
  readonly problem?: Problem;
}
