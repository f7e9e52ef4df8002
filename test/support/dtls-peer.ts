import { DtlsConnection } from '../../src/bindings/coap/dtls/process/dtls-connection.ts';
import { loadOpenSsl } from '../../src/bindings/coap/dtls/process/openssl.ts';
import { udpSocket } from '../../src/bindings/coap/endpoint/udp-socket.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import { key } from './secure-box.ts';

const openSsl = await loadOpenSsl();

export interface DtlsPeerOptions {
  /** Another address than 127.0.0.1 is another peer. */
  readonly address?: string;
  /** What is sent in the place of a datagram: the same, another one, or nothing. */
  readonly change?: (datagram: Buffer, index: number) => Buffer | undefined;
}

/** A DTLS client without a process of its own, which may send what none should. */
export interface DtlsPeer {
  /** Resolves when the handshake is complete; rejects when it fails. */
  readonly up: Promise<void>;
  /** Sends a message and waits for the next. */
  ask(message: Buffer): Promise<Buffer>;
  close(): void;
}

/** Begins a handshake, as valve-1, with the server on this port of 127.0.0.1. */
export async function dtlsPeer(
  port: number,
  { address = '127.0.0.1', change = same }: DtlsPeerOptions = {},
): Promise<DtlsPeer> {
  const socket = udpSocket(4);
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  const up = Promise.withResolvers<void>();
  up.promise.catch(() => undefined); // some are meant to fail
  let answered: (answer: Buffer) => void = () => undefined;
  let sent = 0;
  const failed = (reason: string): void => up.reject(new Error(reason));
  const connection = new DtlsConnection({
    openSsl,
    clock: systemClock,
    credentials: { psk: { identity: 'valve-1', key } },
    host: '127.0.0.1',
    events: {
      transmit(datagram) {
        const changed = change(datagram, sent++);
        if (changed) socket.send(changed, port, '127.0.0.1');
      },
      up: up.resolve,
      message: (bytes) => answered(Buffer.from(bytes)),
      ended: failed,
      late: failed,
    },
  });
  socket.on('message', (datagram) => connection.receive(datagram));
  connection.begin();
  return {
    up: up.promise,
    ask: (message) =>
      new Promise((resolve) => {
        answered = resolve;
        connection.send(message);
      }),
    close() {
      connection.close();
      socket.close();
    },
  };
}

const same = (datagram: Buffer): Buffer => datagram;
