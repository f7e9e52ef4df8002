import { affordanceKinds, type Form, type Op, type ThingDescription } from '../../../contracts/td.ts';
import { defaultMethods } from '../../../td/default-methods.ts';
import { defaultContentType, responseType, subscriptionOps } from '../../../td/defaults.ts';
import { formsFor } from '../../../td/forms.ts';
import { type JsonObject, ownMember, textOf } from '../../../td/json-object.ts';
import { type Offer, offersOf, type Payload } from './openapi-offers.ts';
import { accepted, content, merged, noValue, type Operation, stream, value } from './openapi-operation.ts';
import { type Parameter, type Place, placeOf } from './openapi-place.ts';
import { ownSchemas } from './openapi-schema.ts';
import { requirements, securitySchemes } from './openapi-security.ts';

type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';

interface PathItem {
  readonly server: string;
  readonly operations: Map<Method, Operation>;
}

const methods: readonly string[] = ['get', 'put', 'post', 'delete', 'patch'] satisfies Method[];

/**
 * The HTTP side of a Thing as OpenAPI 3.1: one path per resource, one operation per method, whatever ops share it; no
 * paths for a TD without HTTP forms. The invocations of an asynchronous action lie below it (WoT Profile).
 */
export function openApi(td: ThingDescription): JsonObject {
  const schemas = new Map<string, JsonObject>(Object.entries(ownSchemas));
  const offers = offersOf(td, (name, schema) => {
    const own = unique(name, schemas);
    schemas.set(own, schema);
    return { $ref: `#/components/schemas/${own}` };
  });
  const paths = pathsOf(td, offers);
  const [server] = [...paths.values()].map((item) => item.server);
  const schemes = securitySchemes(td.securityDefinitions);
  const security = requirements(td.security, td.securityDefinitions);
  return {
    openapi: '3.1.0',
    info: {
      title: td.title,
      ...(td.description === undefined ? {} : { description: td.description }),
      version: td.version?.instance ?? td.modified ?? '1',
    },
    ...(server !== undefined && { servers: [{ url: server }] }),
    ...(Object.keys(schemes).length > 0 && { security }),
    tags: affordanceKinds.filter((kind) => td[kind] !== undefined).map((name) => ({ name })),
    paths: Object.fromEntries([...paths].map(([path, item]) => [path, pathItem(item, server)])),
    components: {
      schemas: Object.fromEntries(schemas),
      responses: { Problem: problemResponse },
      ...(Object.keys(schemes).length > 0 && { securitySchemes: schemes }),
    },
  };
}

const problemResponse = {
  description: 'The request failed; the body says why.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function pathItem({ server, operations }: PathItem, main: string | undefined): JsonObject {
  const each = [...operations].map(([method, operation]) => {
    const responses = { ...operation.responses, default: { $ref: '#/components/responses/Problem' } };
    return [method, { ...operation, responses }];
  });
  return { ...(server === main ? {} : { servers: [{ url: server }] }), ...Object.fromEntries(each) };
}

function pathsOf(td: ThingDescription, offers: readonly Offer[]): ReadonlyMap<string, PathItem> {
  const paths = new Map<string, PathItem>();
  const ids = new Set<string>();
  const add = (place: Place, method: Method, operation: Operation) => {
    const operationId = unique(operation.operationId, ids);
    ids.add(operationId);
    const item = paths.get(place.path) ?? { server: place.server, operations: new Map() };
    paths.set(place.path, item);
    const known = item.operations.get(method);
    item.operations.set(method, known ? merged(known, operation) : { ...operation, operationId });
  };
  for (const offer of offers) {
    const found = firstPlace(td, offer);
    if (!found) continue;
    add(found.place, methodOf(offer, found.form), operationOf(td, offer, found));
    if (!offer.status) continue;
    const { place, query, cancel } = invocation(offer, found.place, offer.status);
    add(place, 'get', query);
    add(place, 'delete', cancel);
  }
  return paths;
}

interface Found {
  readonly form: Form;
  readonly place: Place;
}

/** The first form of an op that goes over HTTP. */
function firstPlace(td: ThingDescription, offer: Offer): Found | undefined {
  const variables = { ...td.uriVariables, ...variablesOf(td, offer) };
  for (const form of formsFor(td, offer.op, offer.kind, offer.name)) {
    const place = placeOf(form.href, variables);
    if (place && isHttp(offer.op, form)) return { form, place };
  }
  return undefined;
}

function variablesOf(td: ThingDescription, { kind, name = '' }: Offer) {
  return kind === undefined ? undefined : ownMember(td[kind], name)?.uriVariables;
}

/** Subscriptions by other means than an open request cannot be told. */
function isHttp(op: Op, { subprotocol }: Form): boolean {
  if (subprotocol === undefined) return true;
  return subscriptionOps.includes(op) && (subprotocol === 'sse' || subprotocol === 'longpoll');
}

/** TD 1.1 section 8.3.1, table of the HTTP defaults. */
function methodOf({ op }: Offer, form: Form): Method {
  const own = textOf(form['htv:methodName']).toLowerCase();
  return methods.includes(own) ? (own as Method) : ((defaultMethods[op] ?? 'GET').toLowerCase() as Method);
}

function operationOf(td: ThingDescription, offer: Offer, { form, place }: Found): Operation {
  const { id, tag, summary, description, input } = offer;
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    ...(form.security === undefined ? {} : { security: requirements(form.security, td.securityDefinitions) }),
    ...(place.parameters.length > 0 && { parameters: place.parameters }),
    ...(input && {
      requestBody: { required: true, content: content(form.contentType ?? defaultContentType, input) },
    }),
    responses: responsesOf(offer, form),
  };
}

function responsesOf({ name, output, status }: Offer, form: Form): Operation['responses'] {
  if (status) return accepted(status);
  if (form.subprotocol === 'sse') return stream(name === undefined ? 'its affordance' : JSON.stringify(name));
  return output ? value('The value.', content(responseType(form), output)) : noValue;
}

/** The resource of one invocation (Profile queryaction, cancelaction). */
function invocation({ id, tag, name = '' }: Offer, { server, path, parameters }: Place, status: Payload) {
  const own: Parameter = { name: 'invocationId', in: 'path', required: true, schema: { type: 'string' } };
  const verbless = id.replace(/^invoke/, '');
  const common = {
    tags: [tag],
    parameters: [...parameters.filter((parameter) => parameter.in === 'path'), own],
  };
  return {
    place: { server, path: `${path}/{${own.name}}`, parameters: common.parameters },
    query: {
      ...common,
      operationId: `query${verbless}`,
      summary: `How an invocation of ${JSON.stringify(name)} stands`,
      responses: value('Its status.', content(defaultContentType, status)),
    },
    cancel: {
      ...common,
      operationId: `cancel${verbless}`,
      summary: `Cancel an invocation of ${JSON.stringify(name)}, or forget a finished one`,
      responses: noValue,
    },
  };
}

/** A name that is not taken yet. */
function unique(name: string, taken: { has(name: string): boolean }): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(name + number)) number++;
  return name + number;
}
