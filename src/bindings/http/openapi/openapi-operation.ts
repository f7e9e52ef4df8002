import { payloadKind } from '../../../contracts/media-type.ts';
import { defaultContentType } from '../../../td/defaults.ts';
import type { JsonObject } from '../../../td/json-object.ts';
import { eventStream } from '../client/sse-parser.ts';
import type { Payload } from './openapi-offers.ts';
import type { Parameter } from './openapi-place.ts';

/** Media types with their media type objects. */
export type Content = Readonly<Record<string, JsonObject>>;

/** A response object. */
export interface Response {
  readonly description: string;
  readonly headers?: JsonObject;
  readonly content?: Content;
}

type Responses = Readonly<Record<string, Response>>;

/** An operation object. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security?: readonly JsonObject[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Responses;
}

/** The content of a media type; what has a form for JSON may have other types too, bytes have no schema of their own. */
export function content(type: string, { schema, types }: Payload): Content {
  const all = type === defaultContentType ? types : [type];
  const bytes = { type: 'string', format: 'binary' };
  return Object.fromEntries(
    all.map((each) => [each, { schema: payloadKind(each) === 'bytes' ? bytes : schema }]),
  );
}

/** A success with a value. */
export function value(description: string, body: Content): Responses {
  return { 200: { description, content: body } };
}

/** A success without one. */
export const noValue: Responses = { 204: { description: 'Done.' } };

/** Server-sent events: OpenAPI 3.1 can only say of them that they are text. */
export function stream(what: string): Responses {
  const description = `Server-sent events; each has the name of ${what} as \`event\`, its value as JSON in \`data\`, and an \`id\` to resume after with Last-Event-ID.`;
  return value('The value, or a stream of events.', {
    [eventStream]: { schema: { type: 'string', description } },
  });
}

/** An accepted invocation (Profile invokeaction-21). */
export function accepted(status: Payload): Responses {
  const schema = { type: 'string', format: 'uri-reference' };
  const headers = { Location: { description: 'The address of the invocation.', required: true, schema } };
  return {
    201: { description: 'The action was accepted.', headers, content: content(defaultContentType, status) },
  };
}

/** Two operations that share a method and an address as one: what the first one says stands. */
export function merged(first: Operation, second: Operation): Operation {
  const { parameters = [], requestBody } = first;
  const known = new Set(parameters.map((own) => `${own.in} ${own.name}`));
  const more = (second.parameters ?? []).filter((other) => !known.has(`${other.in} ${other.name}`));
  const body = requestBody ?? second.requestBody;
  return {
    ...first,
    ...(known.size + more.length > 0 && { parameters: [...parameters, ...more] }),
    ...(body && {
      requestBody: { required: true, content: both(body.content, second.requestBody?.content) },
    }),
    responses: Object.fromEntries(
      Object.entries({ ...second.responses, ...first.responses }).map(([status, response]) => {
        const all = both(response.content, second.responses[status]?.content);
        return [status, Object.keys(all).length > 0 ? { ...response, content: all } : response];
      }),
    ),
  };
}

function both(first: Content = {}, second: Content = {}): Content {
  return { ...first, ...second, ...first };
}
