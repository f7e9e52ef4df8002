import { payloadKind } from '../../../../contracts/media-type.ts';
import { defaultMethods } from '../../../../td/default-methods.ts';
import { responseType, subscriptionOps } from '../../../../td/defaults.ts';
import { addressOf, type Call, payloadOf } from './call.ts';
import { command, type Word } from './shell.ts';

/** Seconds for which it observes. */
const observes = '60';
// IANA CoRE parameters; of the types that can be typed these have a number that TDs use.
const formats: Readonly<Record<string, number>> = { 'application/json': 50, 'text/plain': 0 };

/** The call as libcoap's `coap-client` makes it; undefined for what it cannot do. */
export function coapClient(call: Call): string | undefined {
  const { form, op } = call;
  if (!/^coaps?(\+tcp)?:/i.test(form.href) || (form.subprotocol ?? 'cov:observe') !== 'cov:observe')
    return undefined;
  const payload = payloadOf(call);
  if (payload === null) return undefined;
  const method = methodOf(call);
  if (!/^(get|put|post|delete|fetch|patch|ipatch)$/.test(method)) return undefined;
  const accept = form['cov:accept'] ?? formats[responseType(form)];
  const format = form['cov:contentFormat'] ?? formats[form.contentType ?? ''];
  return command('coap-client', [
    ['-m', method],
    ...(/^coaps/i.test(form.href) ? [['-u', 'IDENTITY', '-k', 'KEY']] : []),
    // A new line after each value.
    ...(subscriptionOps.includes(op) ? [['-w'], ['-s', observes]] : []),
    ...(typeof accept === 'number' ? [['-A', String(accept)]] : []),
    ...(payload !== undefined && typeof format === 'number' ? [['-t', String(format)]] : []),
    ...(payload === undefined ? [] : [['-e', percentEncoded(payload)]]),
    ...(payloadKind(responseType(form)) === 'bytes' ? [['-o', 'value.bin']] : []),
    [addressOf(call)],
  ] satisfies readonly (readonly Word[])[]);
}

function methodOf({ op, form }: Call): string {
  // W3C CoAP binding, table of default methods
  const usual = op === 'cancelaction' ? 'POST' : (defaultMethods[op] ?? 'GET');
  return String(form['cov:method'] ?? usual).toLowerCase();
}

/** `-e` decodes triplets, and nothing else. */
function percentEncoded(text: string): string {
  return text.replace(/[^!-$&-~ ]+/gu, (part) => encodeURIComponent(part.toWellFormed()));
}
