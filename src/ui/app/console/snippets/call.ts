import type { Form, Op } from '../../../../contracts/td.ts';
import { defaultContentType } from '../../../../td/defaults.ts';
import { expandUriTemplate } from '../../../../td/uri-template.ts';
import { isTyped } from '../offered-forms.ts';
import { isAboutInvocation, type Target } from '../offered-ops.ts';

/** One operation as it was put together in the console. */
export interface Call extends Target {
  /** Of the TD. */
  readonly address: string;
  readonly op: Op;
  /** Its href absolute, a URI template where it is one. */
  readonly form: Form;
  /** Whether our own clients would take this form anyway. */
  readonly isPreferred: boolean;
  /** Other forms of the op have the same address. */
  readonly hasTwin?: boolean;
  readonly uriVariables?: Readonly<Record<string, unknown>>;
  /** Undefined where nothing is sent. */
  readonly input?: unknown;
  readonly names?: readonly string[];
  /** An id or an address. */
  readonly invocation?: string;
  /** The action gives an invocation, which goes on after the answer. */
  readonly isAsynchronous?: boolean;
}

/** The form of an invocation that has an address: the TD says nothing about it. */
export function invocationForm(invocation: string, tdAddress: string): Form {
  return { href: URL.parse(invocation, tdAddress)?.href ?? invocation, contentType: defaultContentType };
}

/** Where the call goes, as a URL may be written; throws WotError for a malformed template. */
export function addressOf({ form, uriVariables, names }: Call): string {
  const expanded = expandUriTemplate(form.href, { ...uriVariables, ...(names && { names }) });
  return URL.parse(expanded)?.href ?? expanded;
}

/** What the call sends, as text: undefined for nothing, null for what no command line can hold. */
export function payloadOf(call: Call): string | null | undefined {
  const value = sentValue(call);
  if (value === undefined) return undefined;
  const { contentType = defaultContentType } = call.form;
  if (!isTyped(contentType)) return null;
  const text = contentType.startsWith('text/') && typeof value === 'string' ? value : JSON.stringify(value);
  return text.includes('\0') ? null : text;
}

function sentValue({ op, form, input, names, invocation }: Call): unknown {
  if (names !== undefined) return /\{[^{}]*\bnames\b[^{}]*\}/.test(form.href) ? undefined : names;
  if (isAboutInvocation(op)) return form['tw:responseTopic'] === undefined ? undefined : invocation;
  return input;
}
