import type { Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { systemClock } from '../../../../contracts/clock.ts';
import { udpSocket } from '../../endpoint/udp-socket.ts';
import { type KeyTexts, keysOf, type NoteFromProcess, type NoteToProcess, type Refusal } from '../notes.ts';
import type { PipeWriter } from '../pipe.ts';
import type { Association } from './associations.ts';
import { DtlsConnection } from './dtls-connection.ts';
import { DtlsServer, defaultLimits, type ServerParts } from './dtls-server.ts';
import type { OpenSsl } from './openssl.ts';

/** A server or a connection in the DTLS process. */
export interface ProcessLink {
  updateKeys?(psk: KeyTexts): void;
  close(): void;
}

/** What the links of a process share. */
export interface ProcessParts {
  readonly openSsl: OpenSsl;
  readonly out: PipeWriter<NoteFromProcess>;
  readonly sessions: ProcessSessions;
}

type Send = (message: Uint8Array) => void;
type NoteTo<D> = Extract<NoteToProcess, { readonly do: D }>;

/** The sessions of a process by the numbers that both sides of its pipes know. */
export class ProcessSessions {
  readonly #all = new Map<number, Send>();
  #last = 0;

  add(send: Send): number {
    this.#last++;
    this.#all.set(this.#last, send);
    return this.#last;
  }

  delete(session: number): void {
    this.#all.delete(session);
  }

  send(session: number, message: Uint8Array): void {
    this.#all.get(session)?.(message);
  }
}

/** Listens at an address; tells `listening` or `refused`, also later. */
export function serve(note: NoteTo<'serve'>, parts: ProcessParts): ProcessLink {
  const { link, address, port } = note;
  const socket = udpSocket(isIP(address));
  const refuse = (refusal: Refusal): void => parts.out.note({ is: 'refused', link, ...refusal });
  try {
    const server = serverOn(socket, note, parts);
    // Nobody can be answered at port 0.
    socket.on('message', (datagram, from) => from.port !== 0 && server.receive(datagram, from));
    socket.on('error', (error) => refuse(ofSocket(error)));
    socket.bind({ address, port, exclusive: true }, () =>
      parts.out.note({ is: 'listening', link, port: socket.address().port }),
    );
    return {
      updateKeys: (psk) => server.updateKeys(keysOf(psk)),
      close() {
        server.close();
        socket.close();
      },
    };
  } catch (error) {
    refuse({ why: 'credentials', reason: (error as Error).message });
    return { close: () => socket.close() };
  }
}

function serverOn(
  socket: Socket,
  note: NoteTo<'serve'>,
  { openSsl, out, sessions }: ProcessParts,
): DtlsServer {
  const { link, psk, pem } = note;
  const numbers = new Map<Association, number>();
  const parts: ServerParts = {
    openSsl,
    limits: defaultLimits,
    clock: systemClock,
    transmit: (datagram, { port, address }) => socket.send(datagram, port, address, notSent),
    began(association) {
      const { address, port, identity } = association;
      const session = sessions.add((message) => association.session.send(message));
      numbers.set(association, session);
      out.note({ is: 'begun', link, session, address, port, ...(identity && { identity }) });
    },
    message(association, bytes) {
      const session = numbers.get(association);
      if (session !== undefined) out.message(session, bytes);
    },
    ended(association, reason) {
      const session = numbers.get(association);
      if (session === undefined) return;
      numbers.delete(association);
      sessions.delete(session);
      out.note({ is: 'ended', link, session, reason });
    },
  };
  return new DtlsServer(parts, {
    ...pem,
    ...(psk && { psk: keysOf(psk) }),
  });
}

/** Shakes hands with a server; tells `begun` or `refused`, later `ended`. */
export function connect(note: NoteTo<'connect'>, parts: ProcessParts): ProcessLink {
  return new ConnectionLink(note, parts);
}

class ConnectionLink implements ProcessLink {
  readonly #note: NoteTo<'connect'>;
  readonly #parts: ProcessParts;
  readonly #socket: Socket;
  #connection: DtlsConnection | undefined;
  #session: number | undefined;
  #isOver = false;

  constructor(note: NoteTo<'connect'>, parts: ProcessParts) {
    this.#note = note;
    this.#parts = parts;
    this.#socket = udpSocket(isIP(note.address));
    this.#socket.on('error', (error) => this.#end(ofSocket(error)));
    this.#socket.on('message', (datagram) => this.#connection?.receive(datagram));
    this.#socket.connect(note.port, note.address, () => this.#shakeHands());
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection?.close();
    if (this.#session !== undefined) this.#parts.sessions.delete(this.#session);
    this.#socket.close();
  }

  #shakeHands(): void {
    try {
      const { host, psk, pem } = this.#note;
      this.#connection = new DtlsConnection({
        openSsl: this.#parts.openSsl,
        clock: systemClock,
        host,
        credentials: {
          ...pem,
          ...(psk && { psk: { ...psk, key: Buffer.from(psk.key, 'base64') } }),
        },
        events: {
          transmit: (datagram) => this.#socket.send(datagram, (error) => error && this.#end(ofSocket(error))),
          up: () => this.#up(),
          message: (bytes) => {
            if (this.#session !== undefined) this.#parts.out.message(this.#session, bytes);
          },
          ended: (reason) => this.#end({ why: 'handshake', reason }),
          late: (reason) => this.#end({ why: 'timeout', reason }),
        },
      });
    } catch (error) {
      this.#end({ why: 'credentials', reason: (error as Error).message });
    }
    this.#connection?.begin();
  }

  #up(): void {
    const { link, address, port } = this.#note;
    const session = this.#parts.sessions.add((message) => this.#connection?.send(message));
    this.#session = session;
    this.#parts.out.note({ is: 'begun', link, session, address, port });
  }

  #end(refusal: Refusal): void {
    if (this.#isOver) return;
    const { link } = this.#note;
    const session = this.#session;
    this.close();
    if (session === undefined) this.#parts.out.note({ is: 'refused', link, ...refusal });
    else this.#parts.out.note({ is: 'ended', link, session, reason: refusal.reason });
  }
}

function ofSocket({ message, code }: NodeJS.ErrnoException): Refusal {
  return { why: 'socket', reason: message, ...(code !== undefined && { code }) };
}

// What a socket cannot send is lost, as on the way.
const notSent = (): void => undefined;
