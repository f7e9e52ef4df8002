import type { PeerIdentity } from '../../../contracts/access.ts';
import type { Address, Capacity, Peer } from '../endpoint/endpoint.ts';
import { type Capabilities, defaultCapabilities } from './signalling.ts';

let last = 0;

/** The other end of a connection; its capabilities may change while that lives. */
export class StreamPeer implements Peer {
  readonly address: string;
  readonly port: number;
  readonly key: string;
  readonly isVerified = true;
  readonly identity?: PeerIdentity;
  capabilities: Capabilities = defaultCapabilities;

  constructor({ address, port }: Address, identity?: PeerIdentity) {
    this.address = address;
    this.port = port;
    this.key = `${address} ${port} #${++last}`;
    if (identity !== undefined) this.identity = identity;
  }

  get capacity(): Capacity {
    const { maxMessageSize: size, blockWise } = this.capabilities;
    // Beside the payload there is room for what UDP messages have, where possible for more: paths and queries.
    const payload = Math.max(16, Math.min(size, 1152) - 128, size - 1024);
    return { payload, bert: blockWise && size > 1152 }; // RFC 8323 section 6
  }
}
