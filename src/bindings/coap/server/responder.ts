import type { BindingHost } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import { asWotError } from '../../../interaction/as-wot-error.ts';
import { ClientBounds } from '../../../security/client-bounds.ts';
import type { Endpoint, Exchange, Inbound, Peer } from '../endpoint/endpoint.ts';
import { readBlock } from '../messages/block.ts';
import { methodCode, methodOfCode } from '../messages/coap-code.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionNumber, optionUint, siftOptions } from '../messages/coap-option.ts';
import { problemEnvelope } from '../messages/coap-problem.ts';
import { BlockTransfers } from './block-transfers.ts';
import { CoapCall } from './coap-call.ts';
import { CoapObservers } from './coap-observers.ts';
import { resourceAt } from './coap-resources.ts';
import type { Resource } from './thing-resources.ts';

const underWayAtMost = 4096;
const ofPeerAtMost = 64;
const transferBytes = 16 * 1024 * 1024;

/** Answers the requests of one endpoint: admits them, puts bodies together, finds the resource, sends what it says. */
export class Responder {
  readonly #host: BindingHost;
  readonly #blocks: BlockTransfers;
  readonly #observers: CoapObservers;
  readonly #underWay = new ClientBounds({ most: underWayAtMost, mostPerClient: ofPeerAtMost });

  constructor(host: BindingHost, endpoint: Endpoint) {
    const { clock, limits } = host;
    this.#host = host;
    this.#blocks = new BlockTransfers({ clock, maxBytes: transferBytes }, limits.body);
    const problem = (request: Inbound, error: unknown): Envelope => this.#problem(request, error);
    this.#observers = new CoapObservers({ endpoint, blocks: this.#blocks, queue: limits.queue, problem });
  }

  /** Answers in its time; never throws. */
  serve(exchange: Exchange): void {
    const { options, refused } = siftOptions(exchange.request.options);
    const request = { ...exchange.request, options };
    // RFC 7252 section 5.4.1: a critical option that is not understood is told to those who ask confirmably.
    if (refused !== undefined && request.type === 'NON') return;
    const { key } = request.peer;
    this.#underWay.take(key);
    this.#answer(request, refused)
      .catch((error: unknown) => this.#problemInBlocks(request, error))
      .then((response) => exchange.reply(response))
      .catch((error: unknown) => this.#host.logger.error('A CoAP response could not be sent', { error }))
      .finally(() => this.#underWay.give(key));
  }

  /** The peer's session is over. */
  gone(peer: Peer): void {
    this.#observers.forget(peer);
  }

  /** Ends all observations with an error notification each, sent once. */
  close(error: WotError): void {
    this.#observers.close(error);
  }

  async #answer(request: Inbound, refused: number | undefined): Promise<Envelope> {
    if (refused !== undefined) throw badOption(refused);
    const exceeded = this.#underWay.exceeded(request.peer.key, 0);
    if (exceeded) throw exceeded === 'most' ? overloaded() : peerTooBusy();
    const later = this.#blocks.next(request);
    if (later !== undefined) return later;
    const collected = this.#blocks.collect(request);
    if ('answer' in collected) return collected.answer;
    const { identity } = request.peer;
    const principal = await this.#host.authenticate(identity === undefined ? {} : { peer: identity });
    const call = new CoapCall({ ...request, body: collected.body }, principal, this.#host.limits);
    return this.#perform(request, call);
  }

  async #perform(request: Inbound, call: CoapCall): Promise<Envelope> {
    const { methods, observable, gives } = resourceAt(call.path, this.#host);
    const isGet = request.code === methodCode.GET;
    const observe = isGet ? optionUint(request.options, optionNumber.observe) : undefined;
    if (observe === 1) this.#observers.remove(request);
    const first = (readBlock(request.options, optionNumber.block2)?.num ?? 0) === 0;
    // RFC 7641 section 4.1: who is not admitted gets the answer to a plain GET.
    if (observe === 0 && first && observable !== undefined && this.#observers.admits(request)) {
      return this.#observers.add(request, observable, call);
    }
    const handler = handlerOf(methods, request.code);
    // Whoever cannot be answered must not have changed anything.
    if (!isGet) call.answer('2.04', undefined, gives && { shape: gives });
    return this.#blocks.begin(request, await handler(call));
  }

  #problem({ options }: Inbound, error: unknown): Envelope {
    const what = 'The CoAP server failed to answer a request';
    const told = asWotError(error, this.#host.logger, { code: 'INTERNAL', what });
    return problemEnvelope(told, optionUint(options, optionNumber.accept));
  }

  #problemInBlocks(request: Inbound, error: unknown): Envelope {
    const response = this.#problem(request, error);
    try {
      return this.#blocks.begin(request, response);
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
