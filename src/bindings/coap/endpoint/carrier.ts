import type { Peer } from './endpoint.ts';

/** What a carrier tells its endpoint. */
export interface CarrierEvents {
  datagram(bytes: Buffer, peer: Peer): void;
  /** Nothing can be sent to this peer any more; without one, to nobody. */
  failed(error: Error, peer?: Peer): void;
}

/** Carries datagrams between an endpoint and its peers: UDP sockets, or a DTLS process. */
export interface Carrier {
  /** Begins to deliver; rejects with a WotError, or with the system's error where it is a client's. */
  open(events: CarrierEvents): Promise<void>;
  /** The bound port; valid while open. */
  readonly port: number;
  send(peer: Peer, bytes: Buffer, failed?: (error: Error) => void): void;
  /** Whether it alone keeps the process alive. */
  keepAlive(on: boolean): void;
  /** Closes once what was sent has left. */
  close(): Promise<void>;
}
