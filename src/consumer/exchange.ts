import { codecFor, encodeContent } from '../codec/registry.ts';
import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  NotificationListener,
} from '../contracts/binding.ts';
import type { Clock } from '../contracts/clock.ts';
import { checkedTimeout } from '../contracts/deadline.ts';
import { WotError } from '../contracts/errors.ts';
import type { AffordanceKind, Form, Op, ThingDescription } from '../contracts/td.ts';
import { defaultContentType, subscriptionOps } from '../td/defaults.ts';
import { formsFor } from '../td/forms.ts';
import { expandUriTemplate } from '../td/uri-template.ts';
import type { ClientPool } from './client-pool.ts';
import type { InteractionOptions } from './interaction-options.ts';

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
  readonly clients: ClientPool;
  readonly clock: Clock;
  /** Milliseconds, where a call says nothing. */
  readonly timeout: number;
  /** Ends everything. */
  readonly stopped: AbortSignal;
}

interface Route {
  readonly client: ClientBinding;
  readonly form: Form;
}

const safeOps: readonly string[] = [
  ...subscriptionOps,
  'readproperty',
  'readallproperties',
  'readmultipleproperties',
  'queryaction',
];

/** The way to one Thing: chooses forms and clients and sends operations. Fails with WotError, or with the reason of a signal that aborted. */
export class Exchange {
  readonly #parts: ExchangeParts;

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

  /** Sends an operation to an address that the Thing gave, e.g. that of an invocation. */
  async sendTo(href: string, op: Op, options: InteractionOptions): Promise<ClientResponse> {
    const form = { href, contentType: defaultContentType };
    const client = await this.#clientFor(op, form);
    if (client === undefined) throw noClient(this.td, { op }, [form]);
    return client.request(this.#request({ op }, form, { options }));
  }

  subscribe(target: Target, sending: Sending, listener: NotificationListener): Promise<() => Promise<void>> {
    return this.#byFirst(target, sending, ({ client, form }) =>
      client.subscribe(this.#request(target, form, sending), listener),
    );
  }

  /** Whether the TD has forms for the operation. */
  offers({ op, kind, name }: Target): boolean {
    return formsFor(this.td, op, kind, name).length > 0;
  }

  /** The caller's signal and the Thing's own. */
  signal({ signal }: InteractionOptions): AbortSignal {
    return signal === undefined ? this.#parts.stopped : AbortSignal.any([signal, this.#parts.stopped]);
  }

  /** What is safe goes on to the next form when the peer is not there. */
  async #byFirst<R>(target: Target, { options }: Sending, send: (route: Route) => Promise<R>): Promise<R> {
    const offered = formsFor(this.td, target.op, target.kind, target.name);
    const forms = options.form === undefined ? offered : offered.filter(options.form);
    let failure: unknown;
    for (const form of forms) {
      const client = await this.#clientFor(target.op, form);
      if (client === undefined) continue;
      try {
        return await send({ client, form });
      } catch (error) {
        if (!isUnavailable(error) || !safeOps.includes(target.op)) throw error;
        failure ??= error;
      }
    }
    throw failure ?? noClient(this.td, target, offered);
  }

  async #clientFor(op: Op, form: Form): Promise<ClientBinding | undefined> {
    if (codecFor(form.contentType ?? '') === undefined) return undefined;
    return (await this.#parts.clients.for(form.href)).find((client) => client.supports(op, form));
  }

  #request({ op, name }: Target, form: Form, { options, payload, names }: Sending): ClientRequest {
    const inAddress = /\{[^{}]*\bnames\b[^{}]*\}/.test(form.href);
    const variables =
      names !== undefined && inAddress ? { ...options.uriVariables, names } : options.uriVariables;
    const sent = inAddress ? payload : payload === undefined ? names : payload;
    return {
      op,
      form: { ...form, href: expandUriTemplate(form.href, variables ?? {}) },
      target: {
        thing: this.td.id ?? this.td.base ?? '',
        ...(name === undefined ? {} : { name }),
        ...(options.uriVariables === undefined ? {} : { uriVariables: options.uriVariables }),
      },
      ...(sent === undefined ? {} : { content: encodeContent(form.contentType ?? '', sent) }),
      signal: this.signal(options),
      timeout: checkedTimeout(options.timeout ?? this.#parts.timeout),
    };
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof WotError && error.kind === 'unavailable';
}

function noClient(td: ThingDescription, { op, kind, name }: Target, offered: readonly Form[]): WotError {
  const what = `${op}${name === undefined ? '' : ` of ${JSON.stringify(name)}`} on ${JSON.stringify(td.title)}`;
  if (offered.length === 0) {
    const where = name === undefined ? 'forms' : `${kind}/${name}/forms`;
    return new WotError(
      'not-allowed',
      'OP_NOT_OFFERED',
      `${what} is not offered: the TD has no form for it in ${where}.`,
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
