import { codecFor, encodeContent } from '../codec/registry.ts';
import { isSenml, type Measured, senmlPack } from '../codec/senml-value.ts';
import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  Content,
  NotificationListener,
} from '../contracts/binding.ts';
import type { Clock } from '../contracts/clock.ts';
import { checkedTimeout } from '../contracts/deadline.ts';
import { WotError } from '../contracts/errors.ts';
import type { AffordanceKind, DataSchema, Form, Op, ThingDescription } from '../contracts/td.ts';
import { defaultContentType, safeOps } from '../td/defaults.ts';
import { inFormOrder } from '../td/form-order.ts';
import { formsFor } from '../td/forms.ts';
import { ownMember } from '../td/json-object.ts';
import { expandUriTemplate } from '../td/uri-template.ts';
import { isTextual } from '../td/value-of-text.ts';
import type { ClientPool } from './client-pool.ts';
import type { InteractionOptions } from './interaction-options.ts';
import { originOf, securedFirst, tdOrigins } from './td-origins.ts';

/** One operation on the Thing as a whole, or on one affordance. */
export interface Target {
  readonly op: Op;
  readonly kind?: AffordanceKind;
  readonly name?: string;
}

/** What is sent with an operation; `payload` undefined means that there is none. */
export interface Sending {
  readonly options: InteractionOptions;
  readonly payload?: unknown;
  /** The properties to read: they fill the variable `names` of a form that has it, else they are the payload. */
  readonly names?: readonly string[];
}

export interface ExchangeParts {
  readonly td: ThingDescription;
  /** Where the TD was read. */
  readonly address?: string;
  readonly clients: ClientPool;
  readonly clock: Clock;
  /** Milliseconds, where a call says nothing. */
  readonly timeout: number;
  /** Ends everything. */
  readonly stopped: AbortSignal;
  /** Makes a client speak what the Thing understands, where its TD alone does not say it. */
  readonly adapt?: (client: ClientBinding) => ClientBinding;
}

/** A form that an operation could take, and who would send it; `form` is expanded where that needs no variables. */
export interface OfferedRoute {
  readonly form: Form;
  readonly client?: ClientBinding;
}

type Route = Required<OfferedRoute>;

/** All forms of an operation in the order in which they are tried, and those of them that can be sent. */
interface Routes {
  readonly offered: readonly OfferedRoute[];
  readonly usable: readonly Route[];
}

/** The way to one Thing: chooses forms and clients and sends operations. Fails with WotError, or with the reason of a signal that aborted. */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #routes = new Map<string, Routes>();
  #origins: ReadonlySet<string> | undefined;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  get td(): ThingDescription {
    return this.#parts.td;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  /** Sends one operation by the first form that can be used. */
  send(target: Target, sending: Sending): Promise<ClientResponse> {
    return this.#byFirst(target, sending, ({ client, form }) =>
      client.request(this.#request(target, form, sending)),
    );
  }

  /** Sends an operation to an address that the Thing gave, e.g. that of an invocation: without credentials where its TD names nothing there. */
  async sendTo(href: string, op: Op, options: InteractionOptions): Promise<ClientResponse> {
    const form = { href, contentType: defaultContentType };
    const { clients, td } = this.#parts;
    this.#origins ??= tdOrigins(td);
    const isOwn = this.#origins.has(originOf(href));
    const client = await this.#clientFor(op, form, isOwn ? clients : clients.strangers);
    if (client === undefined) throw noClient(td, { op }, [form]);
    return client.request(this.#request({ op }, form, { options }));
  }

  subscribe(target: Target, sending: Sending, listener: NotificationListener): Promise<() => Promise<void>> {
    return this.#byFirst(target, sending, ({ client, form }) =>
      client.subscribe(this.#request(target, form, sending), listener),
    );
  }

  /** The forms that an operation could take, in the order in which they are tried. */
  async offered(target: Target): Promise<readonly OfferedRoute[]> {
    return (this.#routes.get(keyOf(target)) ?? (await this.#findRoutes(target))).offered;
  }

  /** The address of an operation, with its URI template, where the TD has a form for it. */
  address({ op, kind, name }: Target): string | undefined {
    return formsFor(this.td, op, kind, name)[0]?.href;
  }

  /** The caller's signal and the Thing's own. */
  signal({ signal }: InteractionOptions): AbortSignal {
    return signal === undefined ? this.#parts.stopped : AbortSignal.any([signal, this.#parts.stopped]);
  }

  /** What is safe goes on to the next form when the peer is not there, all else only when surely nothing was sent. */
  async #byFirst<R>(target: Target, { options }: Sending, send: (route: Route) => Promise<R>): Promise<R> {
    const { usable } = this.#routes.get(keyOf(target)) ?? (await this.#findRoutes(target));
    let failure: unknown;
    for (const route of usable) {
      if (options.form?.(route.form) === false) continue;
      try {
        return await send(route);
      } catch (error) {
        if (!isUnsent(error) && !(isUnavailable(error) && safeOps.includes(target.op))) throw error;
        failure ??= error;
      }
    }
    throw failure ?? noClient(this.td, target, formsFor(this.td, target.op, target.kind, target.name));
  }

  /** Looks up forms and clients of an operation, once. */
  async #findRoutes(target: Target): Promise<Routes> {
    const { op, kind, name } = target;
    const offered: OfferedRoute[] = [];
    const forms = securedFirst(formsFor(this.td, op, kind, name), this.#parts.address);
    for (const form of inFormOrder(this.td, forms)) {
      const client = await this.#clientFor(op, form, this.#parts.clients);
      offered.push({ form: isTemplate(form) ? form : expanded(form), ...(client && { client }) });
    }
    const routes = { offered, usable: offered.filter((route) => route.client !== undefined) as Route[] };
    this.#routes.set(keyOf(target), routes);
    return routes;
  }

  async #clientFor(op: Op, form: Form, clients: ClientPool): Promise<ClientBinding | undefined> {
    if (codecFor(form.contentType ?? '') === undefined) return undefined;
    const { adapt = (found) => found } = this.#parts;
    const client = (await clients.for(form)).find((each) => each.supports(op, form));
    return client && adapt(client);
  }

  #request(target: Target, form: Form, { options, payload, names }: Sending): ClientRequest {
    const { op, name } = target;
    const { uriVariables, timeout = this.#parts.timeout, wire } = options;
    const inAddress = names !== undefined && /\{[^{}]*\bnames\b[^{}]*\}/.test(form.href);
    const sent = payload === undefined && !inAddress ? names : payload;
    return {
      op,
      form: isTemplate(form) ? expanded(form, inAddress ? { ...uriVariables, names } : uriVariables) : form,
      target: {
        thing: this.td.id ?? this.#parts.address ?? '',
        ...(name === undefined ? {} : { name }),
        ...(uriVariables === undefined ? {} : { uriVariables }),
      },
      ...(sent === undefined ? {} : { content: this.#content(target, form.contentType ?? '', sent) }),
      ...(op === 'invokeaction' && this.#isIdempotent(name) ? { idempotent: true } : {}),
      signal: this.signal(options),
      timeout: checkedTimeout(timeout),
      ...(wire && { wire }),
    };
  }

  #content(target: Target, type: string, value: unknown): Content {
    const measured = isSenml(type) ? this.#measured(target) : undefined;
    return encodeContent(type, measured ? senmlPack(value, measured) : value);
  }

  #measured({ op, kind, name = '' }: Target): Measured | undefined {
    const { id: thing = '', properties = {} } = this.td;
    if (op === 'writemultipleproperties') return { thing, schema: { properties } };
    const schema = kind === 'properties' ? ownMember<DataSchema>(properties, name) : undefined;
    return schema && isTextual(schema) ? { thing, name, schema } : undefined;
  }

  // TD 1.1 section 5.3.1.4
  #isIdempotent(name = ''): boolean {
    const action = ownMember(this.td.actions, name);
    return action?.idempotent === true || action?.safe === true;
  }
}

function keyOf({ op, name }: Target): string {
  return name === undefined ? op : `${op} ${name}`;
}

function isTemplate({ href }: Form): boolean {
  return href.includes('{') || href.includes('}');
}

function expanded(form: Form, variables: InteractionOptions['uriVariables'] = {}): Form {
  return { ...form, href: expandUriTemplate(form.href, variables) };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof WotError && error.kind === 'unavailable';
}

/** The way itself is not open to this consumer. */
function isUnsent(error: unknown): boolean {
  return error instanceof WotError && ['CREDENTIALS_MISSING', 'DTLS_UNAVAILABLE'].includes(error.code);
}

function noClient(td: ThingDescription, { op, kind, name }: Target, offered: readonly Form[]): WotError {
  const what = `${op}${name === undefined ? '' : ` of ${JSON.stringify(name)}`} on ${JSON.stringify(td.title)}`;
  if (offered.length === 0) {
    const where = name === undefined ? 'forms' : `${kind}/${name}/forms`;
    return new WotError(
      'not-allowed',
      'OP_NOT_OFFERED',
      `${what} is not offered: the TD has no form for it in ${where}; use an op that it offers.`,
    );
  }
  const forms = offered.map(
    ({ href, subprotocol }) => href + (subprotocol === undefined ? '' : ` (${subprotocol})`),
  );
  return new WotError(
    'not-implemented',
    'NO_CLIENT_FOR_FORM',
    `${what} cannot be sent: no client here supports ${forms.join(', ')}; give one with the option clients, or another form.`,
  );
}
