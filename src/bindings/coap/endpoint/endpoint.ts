import type { PeerIdentity } from '../../../contracts/access.ts';
import type { Clock } from '../../../contracts/clock.ts';
import type { Envelope, Message } from '../messages/coap-message.ts';

/** A transport address; `address` is an IP literal. */
export interface Address {
  readonly address: string;
  readonly port: number;
}

/** The other side of messages: an address, and the security session where there is one (RFC 7252 section 9.1). */
export interface Peer extends Address {
  /** Names it in maps; another session of the same address has another key. */
  readonly key: string;
  /** What its security session proved. */
  readonly identity?: PeerIdentity;
  /** A handshake has shown that it is where it says (DTLS, TCP). */
  readonly isVerified?: true;
  /** What it sends was addressed to a group (RFC 7252 section 8). */
  readonly isMulticast?: true;
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
  /** Answers once; later calls do nothing. Without a response nothing is answered, only acknowledged. */
  reply(response?: Envelope): void;
}

/** Who takes what arrives; without `request` the endpoint is a client and refuses requests. */
export interface EndpointListener {
  request?(exchange: Exchange): void;
  /** Takes a response or notification; false when nobody waits for its token. */
  response(message: Inbound): boolean;
  /** A security session or connection has ended: nothing more comes from this peer. */
  gone?(peer: Peer): void;
}

/** Sends and receives CoAP messages over one kind of transport. */
export interface Endpoint {
  readonly clock: Clock;
  /** The bound port; valid while open. */
  readonly port: number;
  /** Sends once and asks for nothing (NON). */
  send(peer: Peer, message: TokenEnvelope): void;
  /** Sends until it is acknowledged (CON) or given up; the returned function gives it up. */
  confirm(peer: Peer, message: TokenEnvelope, settled: (outcome: Outcome) => void): () => void;
  /** Finds out whether a peer is there: any answer is good (RFC 7252 section 4.3). */
  ping(peer: Peer, settled: (outcome: Outcome) => void): void;
  /** Whether it alone keeps the process alive. */
  keepAlive(on: boolean): void;
  /** Gives up what is pending and closes once what was sent has left. */
  close(): Promise<void>;
}
