import type { BindingHost, ServerBinding, ThingForms } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import { asWotError } from '../../interaction/as-wot-error.ts';
import { pathForms } from '../../interaction/path-forms.ts';
import { stopping } from '../../interaction/servient-state.ts';
import { urlHost } from '../../security/bind-address.ts';
import { ClientBounds } from '../../security/client-bounds.ts';
import { readBlock } from './block.ts';
import { BlockTransfers } from './block-transfers.ts';
import { CoapCall } from './coap-call.ts';
import { methodCode, methodOfCode } from './coap-code.ts';
import { CoapEndpoint } from './coap-endpoint.ts';
import type { Exchange, Inbound } from './coap-exchange.ts';
import type { Envelope } from './coap-message.ts';
import { CoapObservers, type ProblemMaker } from './coap-observers.ts';
import { optionNumber, optionUint, siftOptions } from './coap-option.ts';
import { problemEnvelope } from './coap-problem.ts';
import { resourceAt } from './coap-resources.ts';
import { coapType } from './content-formats.ts';
import type { Resource } from './thing-resources.ts';

const context = { cov: 'https://www.w3.org/2019/wot/coap#' };

export interface CoapOptions {
  /** Default 5683; 0 takes a free one. */
  readonly port?: number;
  /** Bind address; default: the servient's. */
  readonly host?: string;
}

/** Things over CoAP: RFC 7252 with Observe, block-wise transfer and FETCH. */
export function coap(options: CoapOptions = {}): ServerBinding {
  return new CoapServer(options);
}

const underWayAtMost = 4096;
const ofPeerAtMost = 64;
const transferBytes = 16 * 1024 * 1024;

interface Running {
  readonly host: BindingHost;
  readonly endpoint: CoapEndpoint;
  readonly blocks: BlockTransfers;
  readonly observers: CoapObservers;
  readonly problem: ProblemMaker;
  readonly base: string;
}

class CoapServer implements ServerBinding {
  readonly name = 'coap';
  readonly #options: CoapOptions;
  #running: Running | undefined;
  readonly #underWay = new ClientBounds({ most: underWayAtMost, mostPerClient: ofPeerAtMost });

  constructor(options: CoapOptions) {
    this.#options = options;
  }

  get addresses(): readonly string[] {
    return this.#running === undefined ? [] : [this.#running.base];
  }

  async start(host: BindingHost): Promise<void> {
    const bind = host.bindAddress(this.#options.host);
    const { clock, limits } = host;
    const listener = { request: (exchange: Exchange) => this.#serve(exchange), response: () => false };
    const endpoint = new CoapEndpoint(listener, host);
    await endpoint.open(bind, this.#options.port ?? 5683);
    const blocks = new BlockTransfers({ clock, maxBytes: transferBytes }, limits.body);
    const what = 'The CoAP server failed to answer a request';
    const problem: ProblemMaker = ({ options }, error) => {
      const told = asWotError(error, host.logger, { code: 'INTERNAL', what });
      return problemEnvelope(told, optionUint(options, optionNumber.accept));
    };
    const observers = new CoapObservers({ endpoint, blocks, queue: limits.queue, problem });
    const base = `coap://${urlHost(host.reachableHost(bind))}:${endpoint.port}`;
    this.#running = { host, endpoint, blocks, observers, problem, base };
  }

  forms(thing: HostedThing): ThingForms {
    const base = this.#running?.base ?? '';
    const protocol = { base, subprotocol: 'cov:observe', observesBytes: true, contentType: coapType };
    return { context, ...pathForms(thing, protocol) };
  }

  // Paths are looked up among the servient's Things, and subscriptions end with their Thing.
  async expose(): Promise<void> {}
  async unexpose(): Promise<void> {}

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.observers.close(stopping());
    await running?.endpoint.close();
  }

  #serve(exchange: Exchange): void {
    const running = this.#running;
    if (running === undefined) return;
    const { options, refused } = siftOptions(exchange.request.options);
    const request = { ...exchange.request, options };
    // RFC 7252 section 5.4.1: a critical option that is not understood is told to those who ask confirmably.
    if (refused !== undefined && request.type === 'NON') return;
    this.#underWay.take(request.peerKey);
    this.#answer(running, request, refused)
      .catch((error: unknown) => this.#problem(running, request, error))
      .then((response) => exchange.reply(response))
      .catch((error: unknown) => running.host.logger.error('A CoAP response could not be sent', { error }))
      .finally(() => this.#underWay.give(request.peerKey));
  }

  async #answer(running: Running, request: Inbound, refused: number | undefined): Promise<Envelope> {
    const { host, blocks } = running;
    if (refused !== undefined) throw badOption(refused);
    const exceeded = this.#underWay.exceeded(request.peerKey, 0);
    if (exceeded) throw exceeded === 'most' ? overloaded() : peerTooBusy();
    const later = blocks.next(request);
    if (later !== undefined) return later;
    const collected = blocks.collect(request);
    if ('answer' in collected) return collected.answer;
    const principal = await host.authenticate({});
    const call = new CoapCall({ ...request, body: collected.body }, principal, host.limits);
    return this.#perform(running, request, call);
  }

  async #perform({ host, blocks, observers }: Running, request: Inbound, call: CoapCall): Promise<Envelope> {
    const { methods, observable, gives } = resourceAt(call.path, host);
    const isGet = request.code === methodCode.GET;
    const observe = isGet ? optionUint(request.options, optionNumber.observe) : undefined;
    if (observe === 1) observers.remove(request);
    const first = (readBlock(request.options, optionNumber.block2)?.num ?? 0) === 0;
    // RFC 7641 section 4.1: who is not admitted gets the answer to a plain GET.
    if (observe === 0 && first && observable !== undefined && observers.admits(request)) {
      return observers.add(request, observable, call);
    }
    const handler = handlerOf(methods, request.code);
    // Whoever cannot be answered must not have changed anything.
    if (!isGet) call.answer('2.04', undefined, gives && { shape: gives });
    return blocks.begin(request, await handler(call));
  }

  #problem({ blocks, problem }: Running, request: Inbound, error: unknown): Envelope {
    const response = problem(request, error);
    try {
      return blocks.begin(request, response);
    } catch {
      return response; // the block option itself is what is wrong
    }
  }
}

function handlerOf(methods: Resource['methods'], code: string): NonNullable<Resource['methods']['GET']> {
  const method = methodOfCode(code);
  const handler = method === undefined ? undefined : methods[method];
  if (handler !== undefined) return handler;
  const allow = Object.keys(methods);
  const message = `${method ?? code} is not offered here; offered: ${allow.join(', ')}.`;
  throw new WotError('not-allowed', 'METHOD_NOT_ALLOWED', message, { allow });
}

function badOption(number: number): WotError {
  if (number === optionNumber.proxyUri || number === optionNumber.proxyScheme) {
    const message = 'This servient is no proxy; ask the Thing itself.';
    return new WotError('not-implemented', 'NOT_A_PROXY', message);
  }
  const message = `Option ${number} is critical and not understood, repeated or of a wrong length; leave it out.`;
  return new WotError('invalid', 'OPTION_NOT_UNDERSTOOD', message);
}

function peerTooBusy(): WotError {
  const message = `${ofPeerAtMost} requests of yours are under way; wait for their answers.`;
  return new WotError('rate-limited', 'TOO_MANY_REQUESTS_OF_PEER', message, { retryAfter: 1 });
}

function overloaded(): WotError {
  return new WotError('overloaded', 'TOO_MANY_REQUESTS', `${underWayAtMost} requests are under way.`, {
    retryAfter: 1,
  });
}
