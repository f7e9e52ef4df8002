import type { Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Clock, Timer } from '../../../contracts/clock.ts';
import type { Logger } from '../../../contracts/logger.ts';
import type { Address } from './endpoint.ts';
import { boundSocket } from './udp-socket.ts';

/** What a server that is found by multicast needs. */
export interface GroupParts {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** All-CoAP-Nodes on one network interface (RFC 7252 section 12.8). */
interface Membership {
  /** The address to bind, which tells a group's datagrams from all others. */
  readonly bound: string;
  readonly group: string;
  /** The interface, as its family names it. */
  readonly through: string;
}

type Received = (bytes: Buffer, from: Address) => void;

const joinEvery = 60_000;
/** An address for documentation, which nobody sends from (RFC 5737, RFC 3849). */
const nobody = { IPv4: '192.0.2.1', IPv6: '2001:db8::1' };

/** The sockets that hear what is sent to All-CoAP-Nodes; answers leave from the server's own. */
export class GroupSockets {
  readonly #unicast: Socket;
  readonly #at: Address;
  readonly #parts: GroupParts;
  readonly #received: Received;
  readonly #sockets = new Map<string, Promise<Socket>>();
  readonly #joined = new Set<string>();
  #again: Timer | undefined;
  #hasWarned = false;

  /** `unicast` is bound to the address `at`. */
  constructor(unicast: Socket, parts: GroupParts, received: Received) {
    this.#unicast = unicast;
    this.#at = unicast.address();
    this.#parts = parts;
    this.#received = received;
  }

  /** Joins on all interfaces of the address, now and as they come; what fails is logged once. */
  async open(): Promise<void> {
    this.#again = this.#parts.clock.every(joinEvery, () => void this.#joinAll());
    await this.#joinAll();
  }

  async close(): Promise<void> {
    this.#again?.cancel();
    const sockets = await Promise.allSettled(this.#sockets.values());
    for (const each of sockets) if (each.status === 'fulfilled') each.value.close();
  }

  async #joinAll(): Promise<void> {
    for (const membership of memberships(this.#at.address)) {
      const key = `${membership.group} ${membership.through}`;
      if (this.#joined.has(key)) continue;
      this.#joined.add(key);
      await this.#join(membership).catch((error: Error) => {
        this.#joined.delete(key);
        this.#warn(membership, error);
      });
    }
  }

  async #join({ bound, group, through }: Membership): Promise<void> {
    const opening = this.#sockets.get(bound) ?? this.#open(bound);
    this.#sockets.set(bound, opening);
    const socket = await opening;
    joined(() => socket.addMembership(group, through));
    if (!isWildcard(this.#at.address) || process.platform !== 'linux') return;
    // Linux also gives a group's datagrams to every wildcard socket, unless that wants them from certain senders alone.
    const from = isIP(group) === 6 ? nobody.IPv6 : nobody.IPv4;
    joined(() => this.#unicast.addSourceSpecificMembership(from, group, through));
  }

  async #open(bound: string): Promise<Socket> {
    const socket = await boundSocket(bound, this.#at.port, true).catch((error: unknown) => {
      this.#sockets.delete(bound);
      throw error;
    });
    socket.on('error', () => undefined); // nothing is sent from here
    // A socket for both families knows IPv4 peers by mapped addresses.
    const prefix = isIP(bound) === 4 && isIP(this.#at.address) === 6 ? '::ffff:' : '';
    socket.on('message', (bytes, { address, port }) =>
      this.#received(bytes, { address: `${prefix}${address}`, port }),
    );
    return socket;
  }

  #warn({ group, through }: Membership, error: Error): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#parts.logger.warn('CoAP multicast discovery is not available on every interface', {
      group,
      interface: through,
      error,
    });
  }
}

/** An interface with several addresses is joined by each of them. */
function joined(join: () => void): void {
  try {
    join();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  }
}

/** Whether an address stands for all of the host. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** The memberships for a bound address: on its interface, for a wildcard on all but the loopback. */
function memberships(bound: string): readonly Membership[] {
  const bare = bound.replace(/%.*$/, '');
  const families = isIP(bound) === 4 ? ['IPv4'] : bound === '::' ? ['IPv4', 'IPv6'] : ['IPv6'];
  const isMeant = ({ address, family, internal }: NetworkInterfaceInfo): boolean =>
    families.includes(family) && (isWildcard(bound) ? !internal : address === bare);
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(isMeant).flatMap(({ address, family }) => ofFamily[family](address, name)),
  );
}

const ofFamily: Readonly<
  Record<NetworkInterfaceInfo['family'], (address: string, name: string) => readonly Membership[]>
> = {
  IPv4: (address) => [{ bound: '224.0.1.187', group: '224.0.1.187', through: address }],
  // What is bound to a link-local address is bound to its link.
  IPv6: (_address, name) => [
    { bound: `ff02::fd%${name}`, group: 'ff02::fd', through: `::%${name}` },
    { bound: 'ff05::fd', group: 'ff05::fd', through: `::%${name}` },
  ],
};
