import type { PeerIdentity } from '../../../contracts/access.ts';
import type { Clock } from '../../../contracts/clock.ts';
import type { Envelope, Message } from '../messages/coap-message.ts';
import type { Allowance } from './allowance.ts';

/** A transport address; `address` is an IP literal. */
export interface Address {
  readonly address: string;
  readonly port: number;
}

/** How large messages may be that a connection carries (RFC 8323 sections 5.3 and 6). */
export interface Capacity {
  /** Bytes of payload of one message. */
  readonly payload: number;
  /** Blocks of several times 1024 bytes are understood (BERT). */
  readonly bert: boolean;
}

/** The other side of messages: an address, and the security session where there is one (RFC 7252 section 9.1). */
export interface Peer extends Address {
  /** Names it in maps; another session of the same address has another key. */
  readonly key: string;
  /** What its security session proved. */
  readonly identity?: PeerIdentity;
  /** A handshake has shown that it is where it says (DTLS, TCP). */
  readonly isVerified?: true;
  /** How large messages to it may be, where a connection carries them. */
  readonly capacity?: Capacity;
  /** What it sends was addressed to a group (RFC 7252 section 8). */
  readonly isMulticast?: true;
  /** What it may be sent for the message that it is the sender of, as long as it is not verified. */
  readonly allowance?: Allowance;
}

/** A message with its sender. */
export interface Inbound extends Message {
  readonly peer: Peer;
  /** Bytes that it took on the wire. */
  readonly bytes: number;
}

/** How a message that asks for an acknowledgement ended. */
export type Outcome = 'acked' | 'reset' | 'timeout' | 'unreachable' | 'closed';

/** Is told of messages as they are sent and received. */
export type Watch = (direction: 'sent' | 'received', message: Message) => void;

/** An envelope of one exchange. */
export interface TokenEnvelope extends Envelope {
  readonly token: Buffer;
  /** Is told of it each time it leaves, and of the empty message that answers it. */
  readonly watch?: Watch | undefined;
}

/** One request on the server's side. */
export interface Exchange {
  readonly request: Inbound;
  /**
   * Answers once; later calls do nothing. Without a response nothing is answered, only acknowledged. Where the answer may
   * have to be repeated, a promise resolves when it is acknowledged or given up.
   */
  reply(response?: Envelope): Promise<void> | undefined;
}

/** Who takes what arrives; without `request` the endpoint is a client and refuses requests. */
export interface EndpointListener {
  request?(exchange: Exchange): void;
  /** Takes a response or notification; false when nobody waits for its token. */
  response(message: Inbound): boolean;
  /** It takes no more requests; what is under way may still be answered (RFC 8323 section 5.5). */
  leaving?(peer: Peer): void;
  /** A security session or connection has ended: nothing more comes from this peer. */
  gone?(peer: Peer, error?: Error): void;
  /** Nobody can be reached this way any more. */
  lost?(): void;
}

/** Sends and receives CoAP messages over one kind of transport. */
export interface Endpoint {
  readonly clock: Clock;
  /** The bound port; valid while open. */
  readonly port: number;
  /** Sends once and asks for nothing (NON); `rejected` is called where the peer resets it all the same. */
  send(peer: Peer, message: TokenEnvelope, rejected?: () => void): void;
  /** Sends until it is acknowledged (CON) or given up; the returned function gives it up. */
  confirm(peer: Peer, message: TokenEnvelope, settled: (outcome: Outcome) => void): () => void;
  /** Finds out whether a peer is there: any answer is good (RFC 7252 section 4.3). */
  ping(peer: Peer, settled: (outcome: Outcome) => void): void;
  /** Whether it alone keeps the process alive. */
  keepAlive(on: boolean): void;
  /** Gives up what is pending and closes once what was sent has left. */
  close(): Promise<void>;
}
