import { isIP } from 'node:net';
import type { Content } from '../../../contracts/binding.ts';
import { type Clock, systemClock } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import { silentLogger } from '../../../contracts/logger.ts';
import { urlHost } from '../../../security/bind-address.ts';
import { CoapEndpoint } from '../endpoint/coap-endpoint.ts';
import type { Address, Inbound } from '../endpoint/endpoint.ts';
import { multicastUdp, peerAt } from '../endpoint/udp-carrier.ts';
import { maxBlockSize, readBlock } from '../messages/block.ts';
import { methodCode } from '../messages/coap-code.ts';
import { type Envelope, emptyBytes, encodeMessage } from '../messages/coap-message.ts';
import { optionNumber, optionUint, siftOptions } from '../messages/coap-option.ts';
import { type CoapTarget, coapTarget } from '../messages/coap-uri.ts';
import { download } from './block-download.ts';
import { udpTransport } from './client-transport.ts';
import { CoapRequester, unreachable } from './coap-requester.ts';
import { typeOfFormat } from './form-message.ts';
import { newToken } from './tokens.ts';

/** A GET to all members of a group. */
export interface MulticastRequest {
  /** The group's IP address; a link-local one with its zone (`ff02::fd%eth0`). Default: All-CoAP-Nodes over IPv4. */
  readonly group?: string;
  /** Default 5683. */
  readonly port?: number;
  /** Path and query, e.g. `/.well-known/core?rt=wot.thing`. */
  readonly path: string;
  /** The own IPv4 address on the network to ask; default: the system's choice. */
  readonly through?: string;
  /** Milliseconds to listen for answers; default 7000, the leisure of a group and the way back (RFC 7252 section 8.2). */
  readonly listen?: number;
  /** Ends it early, without an error. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** What one member of the group answered. */
export interface MulticastAnswer extends Address {
  readonly content: Content;
}

const allNodes = '224.0.1.187';
const defaultListen = 7000;
const answersAtMost = 1000;
const maxBody = 1024 * 1024;

/**
 * Asks a group once, and yields the answer of every member as it comes, the large ones when they are whole (RFC 7252
 * section 8, RFC 7959 section 2.8); errors and further answers of a member are ignored. WotError `unavailable`
 * UNREACHABLE where nothing can be sent, `invalid` HREF_INVALID or GROUP_INVALID.
 */
export async function* coapMulticast(request: MulticastRequest): AsyncGenerator<MulticastAnswer> {
  const asking = new GroupExchange(request);
  try {
    yield* await asking.open();
  } finally {
    await asking.close();
  }
}

class GroupExchange {
  readonly #request: MulticastRequest;
  readonly #clock: Clock;
  readonly #endpoint: CoapEndpoint;
  readonly #requester: CoapRequester;
  readonly #message: Envelope;
  readonly #token = newToken();
  readonly #heard = new Set<string>();
  readonly #over = new AbortController();
  #answers: ReadableStreamDefaultController<MulticastAnswer> | undefined;

  constructor(request: MulticastRequest) {
    const { group = allNodes, path, through, clock = systemClock } = request;
    if (isIP(group) === 0) throw groupInvalid(group);
    const { options } = coapTarget(`coap://${urlHost(group.replace(/%.*$/, ''))}${path}`);
    this.#request = request;
    this.#clock = clock;
    this.#message = { code: methodCode.GET, options, payload: emptyBytes };
    const listener = { response: (message: Inbound) => this.#take(message) };
    this.#endpoint = new CoapEndpoint(multicastUdp(group, through), listener, {
      clock,
      logger: silentLogger,
    });
    const transports = { coap: udpTransport };
    this.#requester = new CoapRequester({ clock, waitingClock: clock, transports, nstart: 1 });
  }

  async open(): Promise<ReadableStream<MulticastAnswer>> {
    const { group = allNodes, port = 5683, listen = defaultListen, signal } = this.#request;
    const answers = new ReadableStream<MulticastAnswer>({
      start: (controller) => {
        this.#answers = controller;
      },
      cancel: () => this.#over.abort(),
    });
    const failed = (cause: unknown): void =>
      this.#end(unreachable(`coap://${urlHost(group)}:${port}`, cause));
    const end = (): void => this.#end();
    signal?.addEventListener('abort', end, { signal: this.#over.signal });
    const timer = this.#clock.after(listen, end);
    this.#over.signal.addEventListener('abort', () => timer.cancel());
    await this.#endpoint.open().then(() => this.#ask({ address: group, port }, failed), failed);
    if (signal?.aborted) end();
    return answers;
  }

  async close(): Promise<void> {
    this.#end();
    await this.#requester.stop();
    await this.#endpoint.close();
  }

  #ask(to: Address, failed: (error: Error) => void): void {
    const id = this.#endpoint.nextId();
    const bytes = encodeMessage({ ...this.#message, type: 'NON', id, token: this.#token });
    this.#endpoint.transmit(peerAt(to), bytes, failed);
  }

  #end(error?: WotError): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    if (error === undefined) this.#answers?.close();
    else this.#answers?.error(error);
  }

  #take({ token, code, options: given, payload, peer }: Inbound): boolean {
    if (!token.equals(this.#token)) return false;
    const { options, refused } = siftOptions(given);
    const isMore = this.#heard.size < answersAtMost && !this.#heard.has(peer.key);
    if (code !== '2.05' || refused !== undefined || !isMore) return true;
    this.#heard.add(peer.key);
    const { address, port } = peer;
    this.#whole({ code, options, payload }, peer)
      .then((answer) => {
        if (answer.code === '2.05' && !this.#over.signal.aborted)
          this.#answers?.enqueue({ address, port, content: contentOf(answer) });
      })
      .catch(() => undefined); // a member that cannot be asked alone is as one that did not answer
    return true;
  }

  /** A large answer is fetched from the member itself, from its beginning: it may have cut the first block for the group. */
  async #whole(first: Envelope, { address: host, port }: Address): Promise<Envelope> {
    if (!readBlock(first.options, optionNumber.block2)?.more) return first;
    const target: CoapTarget = {
      href: `coap://${urlHost(host)}:${port}`,
      scheme: 'coap',
      host,
      port,
      options: [],
    };
    const { signal } = this.#over;
    return this.#requester.reach({ target, signal, wire: undefined, repeatable: true }, async (route) => {
      const send = (part: Envelope) => this.#requester.exchange(route, part, signal);
      const alone = this.#requester.alone(route, signal);
      const wise = { send, alone, blockSize: maxBlockSize, maxBody };
      return download(wise, this.#message, await send(this.#message));
    });
  }
}

function contentOf({ options, payload }: Envelope): Content {
  return { type: typeOfFormat(optionUint(options, optionNumber.contentFormat) ?? 0), body: payload };
}

function groupInvalid(group: string): WotError {
  const message = `${JSON.stringify(group.slice(0, 100))} is no IP address of a group; use e.g. ${allNodes} or ff02::fd%eth0.`;
  return new WotError('invalid', 'GROUP_INVALID', message);
}
