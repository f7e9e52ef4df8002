import type { DataSchema } from '../../../contracts/td.ts';
import { type JsonObject, ownMember } from '../../../td/json-object.ts';
import { variableName } from '../../../td/uri-template.ts';
import { jsonSchema } from './openapi-schema.ts';

/** A parameter object. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly description?: string;
  readonly explode?: boolean;
  readonly schema: JsonObject;
}

/** Where the request of a form goes, as OpenAPI tells it. */
export interface Place {
  /** Scheme and authority. */
  readonly server: string;
  /** With the path variables of the form in braces. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
}

type Variables = Readonly<Record<string, DataSchema>>;

/** Splits an absolute http(s) href, URI template expressions (RFC 6570) included; undefined for what is none. */
export function placeOf(href: string, variables: Variables): Place | undefined {
  const [, server, rest = ''] = /^(https?:\/\/[^/?#{]+)([^#]*)/i.exec(href) ?? [];
  if (server === undefined) return undefined;
  const parameters: Parameter[] = [];
  const literal = rest.replace(/\{([?&/+#.;]?)([^{}]*)\}/g, (_, operator: string, list: string) => {
    const within = operator === '?' || operator === '&' ? 'query' : 'path';
    const found = operator === '#' ? [] : list.split(',').map((spec) => parameter(spec, within, variables));
    parameters.push(...found);
    if (within === 'query') return '';
    const before = '/.;'.includes(operator) ? operator : '';
    return found.map(({ name }) => `${before}{${name}}`).join(before === '' ? ',' : '');
  });
  const [path = '', query = ''] = literal.split('?', 2);
  return {
    server,
    path: path.startsWith('/') ? path : `/${path}`,
    parameters: [...parameters, ...fixedParameters(query)],
  };
}

function parameter(spec: string, within: 'path' | 'query', variables: Variables): Parameter {
  const [, text = '', exploded] = /^([^:*]*)(?::\d+)?(\*)?$/.exec(spec) ?? [undefined, spec];
  const name = ownMember(variables, text) ? text : variableName(text);
  const { description, ...schema }: DataSchema = ownMember(variables, name) ?? { type: 'string' };
  const isStructured = schema.type === 'array' || schema.type === 'object';
  return {
    name,
    in: within,
    ...(within === 'path' && { required: true }),
    ...(description !== undefined && { description }),
    // The default of OpenAPI is the other one.
    ...(within === 'query' && isStructured && exploded === undefined && { explode: false }),
    schema: jsonSchema(schema),
  };
}

/** An address of OpenAPI has no query of its own. */
function fixedParameters(query: string): readonly Parameter[] {
  return [...new URLSearchParams(query)].map(([name, value]) => ({
    name,
    in: 'query',
    required: true,
    schema: { type: 'string', enum: [value] },
  }));
}
