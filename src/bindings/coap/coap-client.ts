import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  NotificationListener,
} from '../../contracts/binding.ts';
import { type Clock, systemClock, waitingClock } from '../../contracts/clock.ts';
import { withDeadline } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import { patiently } from '../../contracts/patiently.ts';
import type { Form, Op } from '../../contracts/td.ts';
import { schemeOf } from '../../td/protocol.ts';
import { transfer } from './client/block-transfer.ts';
import { type BlockBounds, earlySize, requestTag } from './client/block-wise.ts';
import { udpTransport } from './client/client-transport.ts';
import { CoapObservation } from './client/coap-observation.ts';
import {
  type ClientTransports,
  CoapRequester,
  clientStopped,
  type Journey,
} from './client/coap-requester.ts';
import {
  acceptOptions,
  answerOf,
  contentOf,
  isRepeatable,
  messageOf,
  methodOf,
  onlyReads,
} from './client/form-message.ts';
import type { Representation } from './client/notification.ts';
import { DtlsClient } from './dtls/dtls-client.ts';
import { maxBlockSize } from './messages/block.ts';
import { isSuccess, methodCode } from './messages/coap-code.ts';
import { type Envelope, emptyBytes } from './messages/coap-message.ts';
import { errorOfAnswer } from './messages/coap-problem.ts';
import { coapTarget } from './messages/coap-uri.ts';
import type { SecurityChoice } from './security/credentials.ts';
import { tcpTransport, tlsTransport } from './tcp/stream-client.ts';

const subscriptions: Readonly<Partial<Record<Op, Representation>>> = {
  observeproperty: 'data',
  subscribeevent: 'data',
  observeallproperties: 'record',
  subscribeallevents: 'record',
};

const blockSizes = [16, 32, 64, 128, 256, 512, 1024] as const; // RFC 7959 section 2.2

export interface CoapClientOptions {
  /** Bytes of one block at most, both ways; default 1024. Smaller ones suit peers that cannot hold a whole datagram. */
  readonly blockSize?: (typeof blockSizes)[number];
  /** Bytes of one response body; default 64 MiB. */
  readonly maxBody?: number;
  /** Messages to one peer that may wait for their acknowledgement at the same time, others wait for their turn; default 1 (RFC 7252 section 4.7). */
  readonly nstart?: number;
  /** Keys and certificates for coaps and coaps+tcp. */
  readonly security?: SecurityChoice;
  readonly clock?: Clock;
}

/** The CoAP client: one endpoint per peer, block-wise transfer, Observe; WotError `invalid` COAP_OPTIONS_INVALID. */
export function coapClient(options: CoapClientOptions = {}): ClientBinding {
  checkOptions(options);
  const dtls = new DtlsClient(options.security);
  const transports = {
    coap: udpTransport,
    coaps: dtls.open,
    'coap+tcp': tcpTransport,
    'coaps+tcp': tlsTransport(options.security),
  };
  return new CoapClient(options, transports, dtls);
}

function checkOptions({ blockSize = maxBlockSize, nstart = 1 }: CoapClientOptions): void {
  const refuse = (name: string, value: unknown, advice: string): never => {
    const message = `coapClient: the option ${name} is ${String(value)}; give ${advice}.`;
    throw new WotError('invalid', 'COAP_OPTIONS_INVALID', message);
  };
  if (!blockSizes.includes(blockSize)) refuse('blockSize', blockSize, `one of ${blockSizes.join(', ')}`);
  if (!(nstart >= 1)) refuse('nstart', nstart, '1 or more');
}

class CoapClient implements ClientBinding {
  readonly name = 'coap';
  readonly schemes: readonly string[];
  readonly #requester: CoapRequester;
  readonly #dtls: DtlsClient;
  readonly #blocks: BlockBounds;
  readonly #observations = new Set<CoapObservation>();

  constructor(options: CoapClientOptions, transports: ClientTransports, dtls: DtlsClient) {
    this.#dtls = dtls;
    const { blockSize = maxBlockSize, maxBody = 64 * 1024 * 1024, nstart = 1 } = options;
    const clocks = { clock: options.clock ?? systemClock, waitingClock: options.clock ?? waitingClock };
    this.schemes = Object.keys(transports);
    this.#blocks = { blockSize, maxBody };
    this.#requester = new CoapRequester({ ...clocks, transports, nstart });
  }

  supports(op: Op, form: Form): boolean {
    const { subprotocol = 'cov:observe' } = form;
    if (!this.schemes.includes(schemeOf(form)) || subprotocol !== 'cov:observe') return false;
    return op in subscriptions || methodOf(op, form) !== undefined;
  }

  async request(request: ClientRequest): Promise<ClientResponse> {
    const { form, timeout, wire } = request;
    const message = messageOf(request);
    const target = coapTarget(form.href);
    const addressed = { ...message, options: [...target.options, ...message.options] };
    const repeatable = isRepeatable(request, message);
    const { clock, waitingClock, stopping } = this.#requester;
    const bounds = { href: form.href, timeout, signal: request.signal, stopping };
    const response = await withDeadline(clock, bounds, (signal) => {
      const send = () => this.#send({ target, signal, wire, repeatable }, addressed);
      return onlyReads(request, message) ? patiently(waitingClock, { signal, timeout }, send) : send();
    });
    return answerOf(response, form);
  }

  async subscribe(request: ClientRequest, listener: NotificationListener): Promise<() => Promise<void>> {
    const { form, op, signal, timeout, wire } = request;
    const target = coapTarget(form.href);
    signal?.throwIfAborted();
    const abort = (): void => void observation.close(signal?.reason);
    const observation: CoapObservation = new CoapObservation(this.#requester, {
      target,
      message: {
        code: methodCode.GET,
        options: [...target.options, requestTag(), ...acceptOptions(form), ...earlySize(this.#blocks)],
        payload: emptyBytes,
      },
      representation: /[?&]after=/.test(form.href) ? 'records' : (subscriptions[op] ?? 'data'),
      listener,
      timeout,
      wire,
      blocks: this.#blocks,
      contentOf: (response) => contentOf(response, form),
      removed: () => {
        signal?.removeEventListener('abort', abort);
        this.#observations.delete(observation);
      },
    });
    this.#observations.add(observation);
    signal?.addEventListener('abort', abort);
    await observation.open();
    return () => observation.close();
  }

  async stop(): Promise<void> {
    const stopped = clientStopped();
    await Promise.all([...this.#observations].map((observation) => observation.close(stopped)));
    await Promise.all([this.#requester.stop(), this.#dtls.stop()]);
  }

  /** Rejects with the error of a response that is one. */
  async #send(journey: Journey, message: Envelope): Promise<Envelope> {
    const response = await this.#requester.reach(journey, (route) => {
      // Some servers (npm coap) know an upload by its token; in a secured session none is used twice (RFC 9175 section 4.2).
      const isPlain = journey.target.scheme === 'coap';
      const send = (part: Envelope, token?: Buffer) =>
        this.#requester.exchange(route, part, journey.signal, isPlain ? token : undefined);
      const alone = this.#requester.alone(route, journey.signal);
      return transfer({ ...this.#blocks, capacity: route.link.capacity, send, alone }, message);
    });
    if (isSuccess(response.code)) return response;
    throw errorOfAnswer(response, journey.target.href);
  }
}
