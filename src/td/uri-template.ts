import { WotError } from '../contracts/errors.ts';
import { ownMember } from './json-object.ts';

type Variables = Readonly<Record<string, unknown>>;

interface Operator {
  readonly first: string;
  readonly separator: string;
  /** Pairs `name=value` instead of bare values. */
  readonly named?: boolean;
  /** What stands after the name of an empty value. */
  readonly ifEmpty?: string;
  /** Lets reserved characters and percent-encoded triplets through. */
  readonly reserved?: boolean;
}

interface VariableSpec {
  readonly name: string;
  readonly explode: boolean;
  readonly prefix: number;
}

// RFC 6570 appendix A
const operators: Readonly<Record<string, Operator>> = {
  '': { first: '', separator: ',' },
  '+': { first: '', separator: ',', reserved: true },
  '#': { first: '#', separator: ',', reserved: true },
  '.': { first: '.', separator: '.' },
  '/': { first: '/', separator: '/' },
  ';': { first: ';', separator: ';', named: true, ifEmpty: '' },
  '?': { first: '?', separator: '&', named: true, ifEmpty: '=' },
  '&': { first: '&', separator: '&', named: true, ifEmpty: '=' },
};

// Not Buffer: browsers expand templates too.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const expressionText = /^([+#./;?&]?)([^+#./;?&{}][^{}]*)$/;
// Names beyond RFC 6570 are accepted (`{?flow-rate}`): TDs hold them.
const variableText = /^([^{}:*,\s=!@|][^{}:*,\s]*)(?::([1-9]\d{0,3})|(\*))?$/;

/** Expands a URI Template (RFC 6570, all four levels); undefined and null variables are left out. Throws `invalid` URI_TEMPLATE_MALFORMED. */
export function expandUriTemplate(template: string, variables: Variables): string {
  const parts = template.split(/(\{[^{}]*\})/);
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return expandExpression(part.slice(1, -1), variables, template);
      if (/[{}]/.test(part)) throw malformed(template, 'a brace has no partner');
      return encode(part, true);
    })
    .join('');
}

function expandExpression(expression: string, variables: Variables, template: string): string {
  const [, symbol = '', list] = expressionText.exec(expression) ?? [];
  const operator = operators[symbol];
  if (operator === undefined || list === undefined) throw malformed(template, `{${expression}}`);
  const expanded = list.split(',').flatMap((text) => {
    const [, name, prefix, explode] = variableText.exec(text) ?? [];
    if (name === undefined) throw malformed(template, `{${expression}}`);
    const value = ownMember(variables, name) ?? ownMember(variables, variableName(name));
    const spec = {
      name: encode(name, true),
      explode: explode === '*',
      prefix: Number(prefix ?? Number.POSITIVE_INFINITY),
    };
    return expandVariable(spec, value, operator);
  });
  return expanded.length === 0 ? '' : operator.first + expanded.join(operator.separator);
}

/** The expression that puts variables into a query (RFC 6570 section 3.2.8); nothing for none. */
export function queryTemplate(names: readonly string[]): string {
  return names.length === 0 ? '' : `{?${names.map((name) => encode(name, false)).join(',')}}`;
}

/** The name of a variable, which TDs write as it is, templates percent-encoded. */
export function variableName(name: string): string {
  return name.replace(/(?:%[\da-f]{2})+/gi, (triplets) => {
    const octets = triplets.slice(1).split('%');
    return utf8.decode(Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16)));
  });
}

/** The texts that one variable adds, between which the operator's separator goes. */
function expandVariable(spec: VariableSpec, value: unknown, operator: Operator): readonly string[] {
  if (value === undefined || value === null) return [];
  const { reserved = false } = operator;
  if (typeof value !== 'object') {
    const text = [...String(value)].slice(0, spec.prefix).join('');
    return [named(spec.name, encode(text, reserved), operator)];
  }
  const pairs = members(value).map(([key, item]) => [encode(key, reserved), encode(item, reserved)] as const);
  if (pairs.length === 0) return []; // RFC 6570 section 2.3: an empty list or map is undefined
  const isList = Array.isArray(value);
  if (!spec.explode)
    return [named(spec.name, pairs.map((pair) => (isList ? pair[1] : pair.join(','))).join(','), operator)];
  if (!isList)
    return pairs.map(([key, item]) => (item === '' ? key + (operator.ifEmpty ?? '=') : `${key}=${item}`));
  return pairs.map(([, item]) => named(spec.name, item, operator));
}

function members(value: object): readonly (readonly [string, string])[] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined && item !== null)
    .map(([key, item]) => [key, typeof item === 'object' ? JSON.stringify(item) : String(item)]);
}

function named(name: string, value: string, operator: Operator): string {
  if (operator.named !== true) return value;
  return value === '' ? name + operator.ifEmpty : `${name}=${value}`;
}

// RFC 6570 section 3.2.1; a lone surrogate becomes U+FFFD
function encode(text: string, reserved: boolean): string {
  const allowed = reserved ? /%[\da-f]{2}|[\w\-.~:/?#[\]@!$&'()*+,;=]+/gi : /[\w\-.~]+/g;
  let encoded = '';
  let end = 0;
  const wellFormed = text.toWellFormed();
  for (const match of wellFormed.matchAll(allowed)) {
    encoded += percent(wellFormed.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return encoded + percent(wellFormed.slice(end));
}

function percent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function malformed(template: string, where: string): WotError {
  return new WotError(
    'invalid',
    'URI_TEMPLATE_MALFORMED',
    `The URI template ${JSON.stringify(template)} is malformed at ${JSON.stringify(where)}; correct the form's href (RFC 6570).`,
  );
}
