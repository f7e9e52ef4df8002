import type { Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { bindError } from './bind-error.ts';
import type { Carrier, CarrierEvents } from './carrier.ts';
import type { Address, Peer } from './endpoint.ts';
import { type GroupParts, GroupSockets, isWildcard } from './group-sockets.ts';
import { resolveHost } from './resolve-host.ts';
import { boundSocket, closed, connectedSocket } from './udp-socket.ts';

/** The UDP socket of a server; with `groups` it also hears All-CoAP-Nodes. `open` rejects with WotError `unavailable`, code ADDRESS_IN_USE or BIND_FAILED. */
export function boundUdp(host: string, port: number, groups?: GroupParts): Carrier {
  const make = async (): Promise<Socket> => {
    const { address } = await resolveHost(host);
    const socket = await boundSocket(address, port).catch((error: Error) => {
      throw bindError('CoAP', { address: host, port }, error);
    });
    if (groups === undefined || !isWildcard(address)) return socket;
    // Groups can have the port of a wildcard only where both may share it, and who may share does not hear that it is taken.
    const free = socket.address().port;
    await closed(socket);
    return boundSocket(address, free, true);
  };
  return new UdpCarrier(make, { groups });
}

/** A UDP socket for one peer alone, so that its refusal (ICMP port unreachable) is heard; `open` rejects with the system's error. */
export function connectedUdp(to: Address): Carrier {
  return new UdpCarrier(() => connectedSocket(to), { isConnected: true });
}

/** A UDP socket to ask a group from, through the network that the own IPv4 address is on; `open` rejects with the system's error. */
export function multicastUdp(group: string, through?: string): Carrier {
  return new UdpCarrier(async () => {
    const socket = await boundSocket(isIP(group) === 6 ? '::' : '0.0.0.0', 0);
    try {
      if (through !== undefined) socket.setMulticastInterface(through);
    } catch (error) {
      socket.close();
      throw error;
    }
    return socket;
  });
}

interface UdpOptions {
  readonly isConnected?: boolean;
  readonly groups?: GroupParts | undefined;
}

class UdpCarrier implements Carrier {
  readonly #make: () => Promise<Socket>;
  readonly #options: UdpOptions;
  #socket: Socket | undefined;
  #groups: GroupSockets | undefined;

  constructor(make: () => Promise<Socket>, options: UdpOptions = {}) {
    this.#make = make;
    this.#options = options;
  }

  async open({ datagram, failed }: CarrierEvents): Promise<void> {
    const socket = await this.#make();
    socket.on('error', (error) => failed(error));
    socket.on('message', (bytes, { address, port }) => {
      // Nobody can be answered at port 0, and trying throws.
      if (port !== 0) datagram(bytes, peerAt({ address, port }));
    });
    this.#socket = socket;
    const { groups } = this.#options;
    if (groups === undefined) return;
    this.#groups = new GroupSockets(socket, groups, (bytes, from) => {
      if (from.port !== 0) datagram(bytes, { ...peerAt(from), isMulticast: true });
    });
    await this.#groups.open();
  }

  get port(): number {
    return this.#socket?.address().port ?? 0;
  }

  send({ address, port }: Peer, bytes: Buffer, failed: (error: Error) => void = () => undefined): void {
    const sent = (error: Error | null): void => {
      if (error !== null) failed(error);
    };
    if (this.#options.isConnected) this.#socket?.send(bytes, sent);
    else this.#socket?.send(bytes, port, address, sent);
  }

  keepAlive(on: boolean): void {
    if (on) this.#socket?.ref();
    else this.#socket?.unref();
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    await this.#groups?.close();
    if (socket !== undefined) await closed(socket);
  }
}

/** The peer without a security session at an address. */
export function peerAt({ address, port }: Address): Peer {
  return { address, port, key: `${address} ${port}` };
}
