import { decodeContent, encodeContent } from '../codec/registry.ts';
import type { ClientBinding, ClientRequest, ClientResponse, Content } from '../contracts/binding.ts';
import type { InvocationState } from '../contracts/interaction.ts';
import { defaultContentType } from '../td/defaults.ts';
import { isJsonObject, type JsonObject, ownMember } from '../td/json-object.ts';
import { tryRead } from './payload.ts';

const states: Readonly<Record<string, InvocationState>> = {
  created: 'pending',
  pending: 'running',
  completed: 'completed',
  executed: 'completed',
  error: 'failed',
  deleted: 'failed',
};

/** The client, speaking the WebThings API: each value and each action goes under the name of its affordance. */
export function webThingsClient(client: ClientBinding): ClientBinding {
  return {
    name: client.name,
    schemes: client.schemes,
    supports: (op, form) => client.supports(op, form),
    request: async (request) => answered(request, await client.request(asked(request))),
    subscribe: (request, listener) => client.subscribe(request, listener),
    stop: () => client.stop(),
  };
}

function asked(request: ClientRequest): ClientRequest {
  const { op, target, content } = request;
  const value = content && decodeContent(content);
  if (op === 'writeproperty') return { ...request, content: wrapped(target?.name, value) };
  if (op !== 'invokeaction') return request;
  return { ...request, content: wrapped(target?.name, content === undefined ? {} : { input: value }) };
}

function wrapped(name = '', value: unknown): Content {
  return encodeContent(defaultContentType, { [name]: value });
}

/** An answer of another shape stays as it is: whoever reads it says what it lacks. */
function answered({ op, target, form }: ClientRequest, response: ClientResponse): ClientResponse {
  const value = tryRead(response.content);
  if (op === 'queryallactions' && Array.isArray(value)) return json(byName(value.filter(isJsonObject)));
  if (!isJsonObject(value)) return response;
  const own = ownMember(value, target?.name ?? '');
  if (op === 'readproperty') return own === undefined ? response : json(own);
  if (op !== 'invokeaction' && op !== 'queryaction') return response;
  const status = statusOf(Object.values(value)[0]);
  const { href } = status;
  const location = typeof href === 'string' ? URL.parse(href, form.href)?.href : undefined;
  return { ...json(status), ...(location === undefined ? {} : { location }) };
}

function json(value: unknown): ClientResponse {
  return { content: encodeContent(defaultContentType, value) };
}

function byName(invocations: readonly JsonObject[]): Readonly<Record<string, readonly JsonObject[]>> {
  const entries = invocations.flatMap((invocation) => Object.entries(invocation));
  const grouped = Map.groupBy(entries, ([name]) => name);
  return Object.fromEntries(
    [...grouped].map(([name, members]) => [name, members.map(([, status]) => statusOf(status))]),
  );
}

/** An ActionStatus as the W3C Profile has it. */
function statusOf(told: unknown): JsonObject {
  if (!isJsonObject(told)) return {};
  const { status, timeCompleted, ...others } = told;
  const timeEnded = timeCompleted === undefined ? {} : { timeEnded: timeCompleted };
  return { ...others, ...timeEnded, status: ownMember(states, String(status)) ?? status };
}
