import type { Form as NodeWotForm, ProtocolClient, ProtocolClientFactory } from '@node-wot/core';
import type { ClientPool } from '../../consumer/client-pool.ts';
import { readDocument } from '../../consumer/read-document.ts';
import type { HttpCredentials } from '../../contracts/access.ts';
import type { ClientBinding, Content, NotificationListener } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Logger } from '../../contracts/logger.ts';
import type { Form, Op, SecurityScheme } from '../../contracts/td.ts';
import { defaultContentType } from '../../td/defaults.ts';
import { fromNodeWot, type NodeWotCore, toNodeWot } from './node-wot-content.ts';
import { targetedRequest, targetMember } from './targeted-forms.ts';

/** What our clients need to serve node-wot. */
export interface ClientParts {
  readonly core: NodeWotCore;
  readonly clients: ClientPool;
  readonly logger: Logger;
}

const timeout = 30_000;

/** Offers our clients to node-wot under one scheme; the pool's owner stops them. */
export function clientFactory(scheme: string, parts: ClientParts): ProtocolClientFactory {
  return { scheme, getClient: () => protocolClient(parts), init: () => true, destroy: () => true };
}

function protocolClient(parts: ClientParts): ProtocolClient {
  const { core, clients: open } = parts;
  let clients = open;
  const subscriptions = new Map<string, () => Promise<void>>();

  const request = async (op: Op, of: NodeWotForm, input?: Content) => {
    const aim = targetedRequest(of as Form);
    const { form } = aim;
    const client = await clientFor(clients, op, form);
    const { content } = await client.request({ op, ...aim, timeout, ...(input && { content: input }) });
    return toNodeWot(core, content ?? nothing(form));
  };

  return {
    readResource: (form) => request('readproperty', form),
    async writeResource(form, content) {
      await request('writeproperty', form, await fromNodeWot(content));
    },
    invokeResource: async (form, content) =>
      request('invokeaction', form, content && (await fromNodeWot(content))),
    async subscribeResource(of, ...heard) {
      const aim = targetedRequest(of as Form);
      const { form } = aim;
      const op = [form.op].flat().includes('observeproperty') ? 'observeproperty' : 'subscribeevent';
      const client = await clientFor(clients, op, form);
      const end = await client.subscribe({ op, ...aim, timeout }, listenerOf(form, parts, heard));
      subscriptions.set(keyOf(of as Form), end);
      // The core asks for rxjs' Subscription and drops it: it ends subscriptions by unlinkResource.
      return { closed: false, unsubscribe: end } as unknown as NodeWotSubscription;
    },
    async unlinkResource(form) {
      await subscriptions.get(keyOf(form as Form))?.();
    },
    async requestThingDescription(uri) {
      const { body } = await readDocument(uri, clients, { timeout });
      return toNodeWot(core, { type: 'application/td+json', body });
    },
    setSecurity(schemes, given) {
      const credentials = credentialsFor(schemes, given);
      clients = credentials === undefined ? open : open.withCredentials(credentials);
      return credentials !== undefined || schemes.every(({ scheme }) => scheme === 'nosec');
    },
    start: () => Promise.resolve(),
    async stop() {
      for (const end of subscriptions.values()) await end();
    },
  };
}

type Subscribing = ProtocolClient['subscribeResource'];
type Heard = Parameters<Subscribing> extends [unknown, ...infer Told] ? Told : never;
type NodeWotSubscription = Awaited<ReturnType<Subscribing>>;

/** Tells a script; the core does nothing with `complete`, so that it would never hear of an end. */
function listenerOf(
  form: Form,
  { core, logger }: ClientParts,
  [next, error, complete]: Heard,
): NotificationListener {
  return {
    next: ({ content = nothing(form) }) => next(toNodeWot(core, content)),
    gap: (gap) => logger.warn(`Notifications from ${form.href} were lost on the way`, { ...gap }),
    failed: (failure) => error?.(failure),
    ended() {
      error?.(subscriptionEnded(form.href));
      complete?.();
    },
  };
}

/** What of the core's credentials a Thing's schemes ask for; the core gives a list of them where a form names its own. */
function credentialsFor(schemes: readonly SecurityScheme[], given: unknown): HttpCredentials | undefined {
  const { username, password, token } = Object([given].flat()[0]);
  const asks = (name: string): boolean => schemes.some(({ scheme }) => scheme === name);
  if (asks('basic') && typeof username === 'string')
    return { user: username, password: String(password ?? '') };
  return asks('bearer') && typeof token === 'string' ? { token } : undefined;
}

async function clientFor(clients: ClientPool, op: Op, form: Form): Promise<ClientBinding> {
  const found = (await clients.for(form)).find((client) => client.supports(op, form));
  if (found !== undefined) return found;
  const { href } = form;
  const message = `No client here can send ${op} to ${href}; give one with the option nodeWot.clientFactories.`;
  throw new WotError('not-implemented', 'NO_CLIENT_FOR_FORM', message, { href });
}

function subscriptionEnded(href: string): WotError {
  const message = `The subscription to ${href} is over: its Thing was removed or its client stopped; nothing follows.`;
  return new WotError('unavailable', 'SUBSCRIPTION_ENDED', message, { href });
}

/** Over MQTT all subscriptions of a broker share the href, over WebSocket all of an endpoint. */
function keyOf(form: Form): string {
  return JSON.stringify([form[targetMember] ?? form.href, form['mqv:filter'], form['mqv:topic']]);
}

function nothing({ contentType = defaultContentType }: Form): Content {
  return { type: contentType, body: new Uint8Array() };
}
