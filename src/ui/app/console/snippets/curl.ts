import type { Form, Op } from '../../../../contracts/td.ts';
import { defaultMethods } from '../../../../td/default-methods.ts';
import { defaultContentType, responseType, safeOps, subscriptionOps } from '../../../../td/defaults.ts';
import { isTyped } from '../offered-forms.ts';
import { addressOf, type Call, payloadOf } from './call.ts';
import { command, type Word } from './shell.ts';

/** The call as `curl` makes it; undefined for what it cannot do. */
export function curl(call: Call): string | undefined {
  const { form, op } = call;
  if (!/^https?:/i.test(form.href) || !/^(sse|longpoll)?$/.test(form.subprotocol ?? '')) return undefined;
  const payload = payloadOf(call);
  if (payload === null) return undefined;
  const address = addressOf(call);
  const method = String(form['htv:methodName'] ?? defaultMethods[op] ?? 'GET').toUpperCase();
  if (!/^[A-Z]+$/.test(method)) return undefined;
  return command('curl', [
    [flagsOf(op)],
    // Not globs: a template is expanded already.
    ...(/[[\]{}]/.test(address) ? [['-g']] : []),
    ...(method === 'GET' && payload === undefined ? [] : [['-X', method]]),
    ...headers(call).map((header) => ['-H', header]),
    ...(payload === undefined ? [] : bodyParts(form, payload)),
    ...(isTyped(responseType(form)) ? [] : [['-o', 'value.bin']]),
    [address],
  ]);
}

/** Streams at once; what changes something with its status, for there may be no more to see. */
function flagsOf(op: Op): string {
  if (subscriptionOps.includes(op)) return '-sSN';
  return safeOps.includes(op) ? '-sS' : '-sSi';
}

function bodyParts(
  { contentType = defaultContentType }: Form,
  payload: string,
): readonly (readonly Word[])[] {
  return [
    ['-H', `Content-Type: ${contentType}`],
    ['--data-raw', payload],
  ];
}

function headers({ form, op }: Call): readonly string[] {
  const isStream = subscriptionOps.includes(op) && form.subprotocol === 'sse';
  const accept = isStream ? 'text/event-stream' : responseType(form);
  return [`Accept: ${accept}`, ...formHeaders(form)].filter((header) =>
    /^[\w!#$%&'*+.^`|~-]+: [^\r\n\0]*$/.test(header),
  );
}

/** What the form asks for (HTTP binding, `htv:headers`). */
function formHeaders(form: Form): readonly string[] {
  const listed: readonly unknown[] = Array.isArray(form['htv:headers']) ? form['htv:headers'] : [];
  return (listed as readonly (Readonly<Record<string, unknown>> | null)[]).map(
    (header) => `${header?.['htv:fieldName']}: ${header?.['htv:fieldValue'] ?? ''}`,
  );
}
