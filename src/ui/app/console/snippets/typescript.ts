import type { Form } from '../../../../contracts/td.ts';
import { subscriptionOps } from '../../../../td/defaults.ts';
import { expandUriTemplate } from '../../../../td/uri-template.ts';
import type { Call } from './call.ts';

/** The call as a program with our own client; undefined for what it has no method for. */
export function typescript(call: Call): string | undefined {
  const expression = expressionOf(call);
  if (expression === undefined) return undefined;
  const isInvocation = call.op === 'invokeaction' && call.isAsynchronous === true;
  return [
    `import { consume${isInvocation ? ', type Invocation' : ''} } from 'thingwright';`,
    '',
    `const thing = await consume(${literal(call.address)});`,
    ...bodyOf(call, expression, isInvocation),
    'await thing.stop();',
    '',
  ].join('\n');
}

function bodyOf({ op }: Call, expression: string, isInvocation: boolean): readonly string[] {
  if (subscriptionOps.includes(op)) {
    return [`for await (const change of ${expression}.changes()) {`, '  console.log(change);', '}'];
  }
  if (isInvocation) {
    return [
      `const invocation = (await ${expression}) as Invocation<unknown>;`,
      'console.log(await invocation.result);',
    ];
  }
  return [op.startsWith('write') ? `await ${expression};` : `console.log(await ${expression});`];
}

function expressionOf(call: Call): string | undefined {
  const { op, kind, input, names } = call;
  const name = literal(call.name);
  const options = optionsOf(call);
  const affordance = `thing.${kind}[${name}]!`;
  const value = input === undefined ? 'undefined' : literal(input);
  switch (op) {
    case 'readproperty':
      return `${affordance}.read(${list(options)})`;
    case 'writeproperty':
      return `${affordance}.write(${list(value, options)})`;
    case 'observeproperty':
      return `${affordance}.observe(${list(options)})`;
    case 'invokeaction':
      return `${affordance}.invoke(${input === undefined && options === undefined ? '' : list(value, options)})`;
    case 'subscribeevent':
      return `${affordance}.subscribe(${list(options)})`;
    case 'readallproperties':
      return `thing.readAll(${list(options)})`;
    case 'readmultipleproperties':
      return `thing.readMultiple(${list(literal(names ?? []), options)})`;
    case 'writemultipleproperties':
      return `thing.writeMultiple(${list(value, options)})`;
    case 'queryallactions':
      return `thing.queryAllActions(${list(options)})`;
    case 'observeallproperties':
      return `thing.observeAll(${list(options)})`;
    case 'subscribeallevents':
      return `thing.subscribeAll(${list(options)})`;
    default:
      return undefined;
  }
}

function list(...values: readonly (string | undefined)[]): string {
  return values.filter((value) => value !== undefined).join(', ');
}

function optionsOf({ uriVariables = {}, form, isPreferred, hasTwin = false }: Call): string | undefined {
  const options = [
    ...(Object.keys(uriVariables).length === 0 ? [] : [`uriVariables: ${literal(uriVariables)}`]),
    ...(isPreferred ? [] : [`form: ${formTest(form, hasTwin)}`]),
  ];
  return options.length === 0 ? undefined : `{ ${options.join(', ')} }`;
}

/** A form is told by its address, and where that is not enough by what else is its own. */
function formTest({ href, contentType, subprotocol }: Form, hasTwin: boolean): string {
  const address = `href === ${literal(asUsed(href))}`;
  if (!hasTwin) return `({ href }) => ${address}`;
  const more = `contentType === ${literal(contentType)} && subprotocol === ${literal(subprotocol)}`;
  return `({ href, contentType, subprotocol }) => ${address} && ${more}`;
}

/** The client expands what is no template before it asks. */
function asUsed(href: string): string {
  return /[{}]/.test(href) ? href : expandUriTemplate(href, {});
}

/** JSON is a literal, but for the one name that sets a prototype there. */
function literal(value: unknown): string {
  const json = JSON.stringify(value) ?? 'undefined';
  return json.includes('__proto__') && typeof value === 'object'
    ? `JSON.parse(${JSON.stringify(json)})`
    : json;
}
