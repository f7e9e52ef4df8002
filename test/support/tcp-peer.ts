import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { vi } from 'vitest';
import { encodeFrame, type Frame, FrameReader } from '../../src/bindings/coap/tcp/frame.ts';
import { csm } from '../../src/bindings/coap/tcp/signalling.ts';

/** A peer of CoAP over TCP without manners: it sends any bytes and keeps what comes back. */
export interface TcpPeer {
  readonly socket: Socket;
  readonly received: readonly Frame[];
  send(bytes: Uint8Array): void;
  /** Sends a message, GET unless said otherwise. */
  frame(frame: Partial<Frame>): void;
  /** Sends a message and waits for the next one with its token. */
  ask(frame: Partial<Frame>): Promise<Frame>;
  /** Waits for a message with this code. */
  next(code: string): Promise<Frame>;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<unknown>;
}

/** Wraps a connection. */
export function tcpPeerOn(socket: Socket): TcpPeer {
  const received: Frame[] = [];
  const taken = new Set<Frame>();
  const reader = new FrameReader(64 * 1024 * 1024);
  let asked = 0;
  socket.on('error', () => undefined); // being cut off is what some tests want
  socket.on('data', (bytes: Buffer) => {
    reader.push(bytes);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) received.push(frame);
  });

  const frame = (given: Partial<Frame>): void => {
    const empty = Buffer.alloc(0);
    socket.write(encodeFrame({ code: '0.01', token: empty, options: [], payload: empty, ...given }));
  };
  const find = async (fits: (frame: Frame) => boolean): Promise<Frame> => {
    const options = { timeout: 3000, interval: 2 };
    const found = await vi.waitUntil(() => received.find((each) => !taken.has(each) && fits(each)), options);
    taken.add(found);
    return found;
  };
  return {
    socket,
    received,
    send: (bytes) => void socket.write(bytes),
    frame,
    ask(given) {
      const token = given.token ?? Buffer.from(`t${++asked}`);
      frame({ ...given, token });
      return find((answer) => answer.token.equals(token));
    },
    next: (code) => find((each) => each.code === code),
    closed: once(socket, 'close'),
  };
}

/** Connects to the server on this port of 127.0.0.1, and introduces itself unless told not to. */
export async function tcpPeer(port: number, introduces = true): Promise<TcpPeer> {
  const socket = connect({ host: '127.0.0.1', port });
  const peer = tcpPeerOn(socket);
  await once(socket, 'connect');
  if (introduces) peer.frame(csm(8 * 1024 * 1024));
  return peer;
}
