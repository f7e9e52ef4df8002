import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { WotError } from '../../../contracts/errors.ts';
import { portInUse } from '../../../security/bind-address.ts';
import type { Carrier, CarrierEvents } from './carrier.ts';
import type { Address, Peer } from './endpoint.ts';
import { resolveHost } from './resolve-host.ts';

/** The UDP socket of a server; `open` rejects with WotError `unavailable`, code ADDRESS_IN_USE or BIND_FAILED. */
export function boundUdp(host: string, port: number): Carrier {
  return new UdpCarrier(async () => {
    const { address, family } = await resolveHost(host);
    const socket = udpSocket(family);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('error', (error) => reject(bindError(error, host, port)));
    socket.bind({ address, port, exclusive: true }, resolve);
    await opened(socket, promise);
    return socket;
  });
}

/** A UDP socket for one peer alone, so that its refusal (ICMP port unreachable) is heard; `open` rejects with the system's error. */
export function connectedUdp({ address, port }: Address): Carrier {
  return new UdpCarrier(async () => {
    const socket = udpSocket(isIP(address));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('error', reject);
    socket.connect(port, address, (error?: Error | null) => (error ? reject(error) : resolve()));
    await opened(socket, promise);
    return socket;
  }, true);
}

class UdpCarrier implements Carrier {
  readonly #make: () => Promise<Socket>;
  readonly #isConnected: boolean;
  #socket: Socket | undefined;

  constructor(make: () => Promise<Socket>, isConnected = false) {
    this.#make = make;
    this.#isConnected = isConnected;
  }

  async open({ datagram, failed }: CarrierEvents): Promise<void> {
    const socket = await this.#make();
    socket.on('error', (error) => failed(error));
    socket.on('message', (bytes, { address, port }) => {
      // Nobody can be answered at port 0, and trying throws.
      if (port !== 0) datagram(bytes, peerAt({ address, port }));
    });
    this.#socket = socket;
  }

  get port(): number {
    return this.#socket?.address().port ?? 0;
  }

  send({ address, port }: Peer, bytes: Buffer, failed: (error: Error) => void = () => undefined): void {
    const sent = (error: Error | null): void => {
      if (error !== null) failed(error);
    };
    if (this.#isConnected) this.#socket?.send(bytes, sent);
    else this.#socket?.send(bytes, port, address, sent);
  }

  keepAlive(on: boolean): void {
    if (on) this.#socket?.ref();
    else this.#socket?.unref();
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(resolve));
  }
}

/** The peer without a security session at an address. */
export function peerAt({ address, port }: Address): Peer {
  return { address, port, key: `${address} ${port}` };
}

function udpSocket(family: number): Socket {
  return createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: literal(family) });
}

async function opened(socket: Socket, opening: Promise<void>): Promise<void> {
  await opening.catch((error: unknown) => {
    socket.close();
    throw error;
  });
  socket.removeAllListeners('error');
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
