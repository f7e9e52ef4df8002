import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock, Timer } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Logger } from '../../contracts/logger.ts';
import { portInUse } from '../../security/bind-address.ts';
import {
  Exchange,
  type Inbound,
  type MessageSender,
  type Outcome,
  type Peer,
  type TokenEnvelope,
  type Watch,
} from './coap-exchange.ts';
import { emptyBytes, emptyCode, encodeMessage, type Message, parseMessage } from './coap-message.ts';
import { SeenRequests } from './seen-requests.ts';

/** Who takes what arrives; without `request` the endpoint is a client and refuses requests. */
export interface EndpointListener {
  request?(exchange: Exchange): void;
  /** Takes a response or notification; false when nobody waits for its token. */
  response(message: Inbound): boolean;
}

interface Pending {
  readonly watch: Watch | undefined;
  settle(outcome: Outcome): void;
}

const ackTimeout = 2000; // RFC 7252 section 4.8
const ackRandomFactor = 1.5;
const maxRetransmit = 4;

/** The message layer on one UDP socket (RFC 7252 section 4): acknowledgement, repetition, duplicates, reset. */
export class CoapEndpoint implements MessageSender {
  readonly clock: Clock;
  readonly #logger: Logger;
  readonly #listener: EndpointListener;
  readonly #seen: SeenRequests;
  readonly #pending = new Map<string, Pending>();
  #socket: Socket | undefined;
  #isConnected = false;
  #lastId = Math.floor(Math.random() * 0x10000);

  constructor(listener: EndpointListener, options: { readonly clock: Clock; readonly logger: Logger }) {
    this.#listener = listener;
    this.clock = options.clock;
    this.#logger = options.logger;
    this.#seen = new SeenRequests(options.clock);
  }

  /** Binds; rejects with WotError `unavailable`, code ADDRESS_IN_USE or BIND_FAILED. */
  async open(host: string, port: number): Promise<void> {
    const { address, family } = await resolveHost(host);
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: literal(family) });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('error', (error) => reject(bindError(error, host, port)));
    socket.bind({ address, port, exclusive: true }, resolve);
    await promise.catch((error: unknown) => {
      socket.close();
      throw error;
    });
    socket.removeAllListeners('error');
    this.#attend(socket, (error) => this.#logger.warn('CoAP socket error', { error }));
  }

  /** Connects to one peer, so that its refusal (ICMP port unreachable) is heard; rejects with the system's error. */
  async connect({ address, port }: Peer): Promise<void> {
    const family = isIP(address);
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: literal(family) });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('error', reject);
    socket.connect(port, address, (error?: Error | null) => (error ? reject(error) : resolve()));
    await promise.catch((error: unknown) => {
      socket.close();
      throw error;
    });
    this.#isConnected = true;
    this.#attend(socket, () => this.#giveUp('unreachable'));
  }

  /** The bound port; valid while open. */
  get port(): number {
    return this.#socket?.address().port ?? 0;
  }

  /** Whether the socket alone keeps the process alive. */
  keepAlive(on: boolean): void {
    if (on) this.#socket?.ref();
    else this.#socket?.unref();
  }

  nextId(): number {
    this.#lastId = (this.#lastId + 1) & 0xffff;
    return this.#lastId;
  }

  transmit(peer: Peer, bytes: Buffer, failed?: (error: Error) => void): void {
    const sent = (error: Error | null): void => {
      if (error === null) return;
      this.#logger.debug('CoAP datagram not sent', { peer, error });
      failed?.(error);
    };
    if (this.#isConnected) this.#socket?.send(bytes, sent);
    else this.#socket?.send(bytes, peer.port, peer.address, sent);
  }

  confirm(peer: Peer, envelope: TokenEnvelope, settled: (outcome: Outcome) => void): () => void {
    const { watch } = envelope;
    let id = this.nextId();
    while (this.#pending.has(pendingKey(peer, id))) id = this.nextId();
    const key = pendingKey(peer, id);
    const message: Message = { ...envelope, type: 'CON', id };
    const bytes = encodeMessage(message);
    let timer: Timer | undefined;
    const settle = (outcome: Outcome): void => {
      timer?.cancel();
      // The id may serve another message by now.
      if (this.#pending.get(key)?.settle === settle && this.#pending.delete(key)) settled(outcome);
    };
    const attempt = (wait: number, left: number): void => {
      timer = this.clock.after(wait, () => (left === 0 ? settle('timeout') : attempt(wait * 2, left - 1)));
      this.transmit(peer, bytes, () => settle('unreachable'));
      watch?.('sent', message);
    };
    this.#pending.set(key, { settle, watch });
    attempt(ackTimeout * (1 + Math.random() * (ackRandomFactor - 1)), maxRetransmit);
    return () => settle('closed');
  }

  /** Gives up what is pending and closes the socket once what was sent has left. */
  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#giveUp('closed');
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(resolve));
  }

  #attend(socket: Socket, failed: (error: Error) => void): void {
    socket.on('error', failed);
    socket.on('message', (bytes, { address, port }) => this.#receive(bytes, { address, port }));
    this.#socket = socket;
  }

  #giveUp(outcome: Outcome): void {
    for (const { settle } of [...this.#pending.values()]) settle(outcome);
  }

  #receive(bytes: Buffer, peer: Peer): void {
    if (peer.port === 0) return; // nobody can be answered there, and trying throws
    try {
      this.#dispatch({ ...parseMessage(bytes), peer, peerKey: peerKey(peer) });
    } catch (error) {
      if (!(error instanceof WotError)) this.#logger.error('CoAP message not handled', { peer, error });
      // RFC 7252 section 4.2: a confirmable message that cannot be processed is rejected, all others are ignored.
      else if (bytes.length >= 4 && bytes.readUInt8(0) >> 4 === 4) this.#reset(peer, bytes.readUInt16BE(2));
    }
  }

  #dispatch(message: Inbound): void {
    const { type, code, peer, id } = message;
    if (type === 'ACK' || type === 'RST') {
      this.#settle(message);
      if (type === 'ACK' && isResponse(code)) this.#listener.response(message);
    } else if (isResponse(code)) {
      const expected = this.#listener.response(message);
      if (!expected) this.#reset(peer, id);
      else if (type === 'CON') this.#sendEmpty(peer, 'ACK', id);
    } else if (code.startsWith('0.') && code !== emptyCode && this.#listener.request !== undefined) {
      this.#request(message);
    } else if (type === 'CON') this.#reset(peer, id); // ping (section 4.3), reserved codes, requests to a client
  }

  #settle(message: Inbound): void {
    const { type, code, peer, id } = message;
    const pending = this.#pending.get(pendingKey(peer, id));
    // A response that comes with the ACK is told by who waits for it.
    if (code === emptyCode) pending?.watch?.('received', message);
    pending?.settle(type === 'ACK' ? 'acked' : 'reset');
  }

  #request(message: Inbound): void {
    const seen = this.#seen.get(message);
    if (seen === undefined) {
      const remember = (reply?: Buffer): void => this.#seen.set(message, reply);
      this.#listener.request?.(new Exchange(message, this, remember));
    } else if (seen.reply !== undefined) this.transmit(message.peer, seen.reply);
  }

  #reset(peer: Peer, id: number): void {
    this.#sendEmpty(peer, 'RST', id);
  }

  #sendEmpty(peer: Peer, type: Message['type'], id: number): void {
    this.transmit(
      peer,
      encodeMessage({ type, id, code: emptyCode, token: emptyBytes, options: [], payload: emptyBytes }),
    );
  }
}

export const peerKey = ({ address, port }: Peer): string => `${address} ${port}`;

const pendingKey = (peer: Peer, id: number): string => `${peerKey(peer)} ${id}`;

const isResponse = (code: string): boolean => /^[245]\./.test(code);

/** An IP literal as it is, a name by DNS; WotError `unavailable` HOST_UNKNOWN. */
export async function resolveHost(
  host: string,
): Promise<{ readonly address: string; readonly family: number }> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(bare);
  if (family !== 0) return { address: bare, family };
  try {
    return await lookup(bare);
  } catch (cause) {
    throw new WotError(
      'unavailable',
      'HOST_UNKNOWN',
      `No address is known for the host "${bare}"; check the name.`,
      {
        cause,
      },
    );
  }
}

// Peers are IP literals here, so a send needs no resolver.
const literal =
  (family: number) =>
  (
    address: string,
    _options: unknown,
    done: (error: Error | null, address: string, family: number) => void,
  ): void =>
    done(null, address, family);

function bindError(error: Error, host: string, port: number): WotError {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return portInUse('CoAP', host, port, error);
  const message = `CoAP cannot listen on ${host} port ${port}: ${error.message}`;
  return new WotError('unavailable', 'BIND_FAILED', message, { cause: error });
}
