import type { BindingHost } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import { asWotError } from '../../../interaction/as-wot-error.ts';
import type { Endpoint, Exchange, Inbound, Peer } from '../endpoint/endpoint.ts';
import { asksBeginning } from '../messages/block.ts';
import { isSafe, methodCode, methodOfCode } from '../messages/coap-code.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionNumber, optionUint, siftOptions } from '../messages/coap-option.ts';
import { problemEnvelope } from '../messages/coap-problem.ts';
import { isUnwanted } from '../messages/no-response.ts';
import { BlockTransfers } from './block-transfers.ts';
import { CoapCall } from './coap-call.ts';
import { CoapObservers } from './coap-observers.ts';
import { resourceAt } from './coap-resources.ts';
import { checkConditions, isConditional, validated } from './conditions.ts';
import { groupRequest, isGroupAnswer, leisure } from './group-request.ts';
import { PeerBounds } from './peer-bounds.ts';
import type { Handler, Resource } from './thing-resources.ts';
import { inTurn } from './write-turns.ts';

const underWay = { most: 4096, mostUnverified: 2048, mostPerAddress: 1024, mostPerPeer: 64 };
// Whoever asks a group takes nothing from those who ask this server.
const groupUnderWay = { most: 512, mostUnverified: 512, mostPerAddress: 128, mostPerPeer: 16 };
const mebibyte = 1024 * 1024;
// Behind one address there may be a site whose devices all fetch 100 KB.
const transfers = { maxBytes: 32 * mebibyte, maxBytesPerAddress: 16 * mebibyte };

/** Answers the requests of one endpoint: admits them, puts bodies together, finds the resource, sends what it says. */
export class Responder {
  readonly #host: BindingHost;
  readonly #blocks: BlockTransfers;
  readonly #observers: CoapObservers;
  readonly #underWay = new PeerBounds(underWay);
  readonly #groupUnderWay = new PeerBounds(groupUnderWay);

  constructor(host: BindingHost, endpoint: Endpoint) {
    const { clock, limits } = host;
    this.#host = host;
    this.#blocks = new BlockTransfers({ clock, ...transfers }, limits.body);
    const problem = (request: Inbound, error: unknown): Envelope => this.#problem(request, error);
    this.#observers = new CoapObservers({ endpoint, blocks: this.#blocks, queue: limits.queue, problem });
  }

  /** Answers in its time; never throws. */
  serve(exchange: Exchange): void {
    const { options, refused } = siftOptions(exchange.request.options);
    const request = { ...exchange.request, options };
    // RFC 7252 section 5.4.1: a critical option that is not understood is told to those who ask confirmably.
    const { isMulticast } = request.peer;
    if (refused !== undefined && request.type === 'NON' && (isMulticast || !isProxying(refused))) return;
    this.#boundsOf(request.peer).take(request.peer);
    if (isMulticast) this.#serveGroup(request, exchange);
    else void this.#respond(request, refused, (response) => exchange.reply(response));
  }

  /** At a random time of the leisure, lest all members of the group answer at once (RFC 7252 section 8.2). */
  #serveGroup(asked: Inbound, exchange: Exchange): void {
    const request = groupRequest(asked);
    if (request === undefined || this.#groupUnderWay.exceeded(asked.peer, 0)) {
      this.#groupUnderWay.give(asked.peer);
      return;
    }
    const reply = (response?: Envelope) =>
      response !== undefined && isGroupAnswer(response) ? exchange.reply(response) : undefined;
    this.#host.clock.after(Math.random() * leisure, () => void this.#respond(request, undefined, reply));
  }

  #boundsOf({ isMulticast }: Peer): PeerBounds {
    return isMulticast ? this.#groupUnderWay : this.#underWay;
  }

  /** Never rejects; what is answered in a message of its own is under way until that is acknowledged. */
  async #respond(request: Inbound, refused: number | undefined, reply: Exchange['reply']): Promise<void> {
    try {
      const response = await this.#answered(request, refused);
      const acknowledged = reply(isUnwanted(request, response) ? undefined : response);
      if (acknowledged !== undefined) await acknowledged;
    } catch (error) {
      this.#host.logger.error('A CoAP response could not be sent', { error });
    } finally {
      this.#boundsOf(request.peer).give(request.peer);
    }
  }

  /** The response, of an error too. */
  async #answered(request: Inbound, refused: number | undefined): Promise<Envelope> {
    try {
      return await this.#answer(request, refused);
    } catch (error) {
      return this.#problemInBlocks(request, error);
    }
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
    const exceeded = this.#underWay.exceeded(request.peer, 0);
    if (exceeded === 'most' || exceeded === 'mostUnverified') throw overloaded();
    if (exceeded) throw peerTooBusy(underWay[exceeded]);
    return this.#blocks.answer(request, (body) => this.#perform(request, body));
  }

  async #perform(request: Inbound, body: Buffer): Promise<Envelope> {
    const { options, code, peer } = request;
    const principal = await this.#host.authenticate(
      peer.identity === undefined ? {} : { peer: peer.identity },
    );
    const call = new CoapCall({ options, body }, principal, this.#host.limits);
    const resource = await this.#resource(call, options);
    if (code === methodCode.GET && asksBeginning(options)) {
      const { observable } = resource;
      if (optionUint(options, optionNumber.observe) !== 0) this.#observers.cancel(request);
      // RFC 7641 section 4.1: who is not admitted gets the answer to a plain GET.
      else if (observable !== undefined && !isConditional(options) && this.#observers.admits(request))
        return this.#observers.add(request, observable, call);
    }
    return this.#blocks.begin(request, await carriedOut(request, call, resource));
  }

  /** What the path names; WotError as resourceAt, `precondition` where it has to be there. */
  async #resource(call: CoapCall, options: Inbound['options']): Promise<Resource> {
    try {
      return resourceAt(call.path, this.#host);
    } catch (error) {
      await checkConditions(options, call);
      throw error;
    }
  }

  #problem(request: Inbound, error: unknown): Envelope {
    const what = 'The CoAP server failed to answer a request';
    const told = asWotError(error, this.#host.logger, { code: 'INTERNAL', what });
    return problemEnvelope(told, request);
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

/** Carries out what the method says, under the conditions of the request. */
async function carriedOut({ code, options }: Inbound, call: CoapCall, resource: Resource): Promise<Envelope> {
  const handler = handlerOf(resource.methods, code);
  const conditional = isConditional(options);
  const handle = async (): Promise<Envelope> => {
    if (conditional) await checkConditions(options, call, resource);
    return handler(call);
  };
  // Whoever cannot be answered must not have changed anything.
  if (code !== methodCode.GET) call.answer('2.04', undefined, { shape: resource.gives });
  if (isSafe(code)) return validated(options, await handle(), resource);
  if (resource.writes === undefined) return handle();
  const isPatch = code === methodCode.PATCH || code === methodCode.iPATCH;
  return inTurn(resource.writes, conditional || isPatch, handle);
}

function handlerOf(methods: Resource['methods'], code: string): Handler {
  const method = methodOfCode(code);
  const handler = method === undefined ? undefined : methods[method];
  if (handler !== undefined) return handler;
  const allow = Object.keys(methods);
  const message = `${method ?? code} is not offered here; offered: ${allow.join(', ')}.`;
  throw new WotError('not-allowed', 'METHOD_NOT_ALLOWED', message, { allow });
}

/** Who asks for a proxy is told that there is none (RFC 7252 section 5.10.2). */
function isProxying(option: number): boolean {
  return option === optionNumber.proxyUri || option === optionNumber.proxyScheme;
}

function badOption(number: number): WotError {
  if (isProxying(number)) {
    const message = 'This servient is no proxy; ask the Thing itself.';
    return new WotError('not-implemented', 'NOT_A_PROXY', message);
  }
  const message = `Option ${number} is critical and not understood, repeated or of a wrong length; leave it out.`;
  return new WotError('invalid', 'OPTION_NOT_UNDERSTOOD', message);
}

function peerTooBusy(most: number): WotError {
  const message = `${most} requests of yours are under way; wait for their answers.`;
  return new WotError('rate-limited', 'TOO_MANY_REQUESTS_OF_PEER', message, { retryAfter: 1 });
}

function overloaded(): WotError {
  const message = 'Too many requests are under way, some of them perhaps yours; ask again in a second.';
  return new WotError('overloaded', 'TOO_MANY_REQUESTS', message, { retryAfter: 1 });
}
