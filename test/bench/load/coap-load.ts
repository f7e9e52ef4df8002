import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { LoadResult } from '../bench-messages.ts';

const window = 16;
const patience = 500;

/** Reads or writes a property by confirmable requests, one at a time on each of sixteen sockets. */
export async function coapLoad(url: string, method: 'GET' | 'PUT', seconds: number): Promise<LoadResult> {
  const start = performance.now();
  const until = start + seconds * 1000;
  const peers = await Promise.all(Array.from({ length: window }, () => openPeer(url, method)));
  const counts = await Promise.all(peers.map((peer) => requestUntil(peer, until)));
  for (const { socket } of peers) socket.close();
  return {
    done: counts.reduce((sum, { done }) => sum + done, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
    seconds: (performance.now() - start) / 1000,
  };
}

interface Peer {
  readonly socket: Socket;
  /** The request; its message id and token are bytes 2 to 5. */
  readonly request: Buffer;
}

async function openPeer(url: string, method: 'GET' | 'PUT'): Promise<Peer> {
  const { hostname, port, pathname } = new URL(url);
  const socket = createSocket('udp4');
  socket.connect(Number(port), hostname);
  await once(socket, 'connect');
  return { socket, request: coapRequest(method, pathname) };
}

/** Lost and wrong answers count as failed. */
function requestUntil({ socket, request }: Peer, until: number): Promise<{ done: number; failed: number }> {
  return new Promise((resolve) => {
    const count = { done: 0, failed: 0 };
    let id = Math.floor(Math.random() * 0xffff);
    let sent = 0;
    const writes = request.readUInt8(1) === 3;
    const next = (): void => {
      sent = performance.now();
      if (sent >= until) {
        clearInterval(watch);
        resolve(count);
        return;
      }
      id = (id + 1) & 0xffff;
      request.writeUInt16BE(id, 2);
      request.writeUInt16BE(id, 4);
      if (writes) request.writeUInt8(0x31 + (id & 1), request.length - 1);
      socket.send(request);
    };
    const watch = setInterval(() => {
      if (performance.now() - sent < patience) return;
      count.failed++;
      next();
    }, 50);
    socket.on('message', (response) => {
      if (response.readUInt16BE(2) !== id) return;
      const good = response.readUInt8(1) >> 5 === 2 && response.readUInt16BE(4) === id;
      count[good ? 'done' : 'failed']++;
      next();
    });
    next();
  });
}

/** A confirmable request with a token of two bytes (RFC 7252 section 3); path segments shorter than 13 bytes. */
function coapRequest(method: 'GET' | 'PUT', path: string): Buffer {
  const segments = path.split('/').slice(1).filter(Boolean);
  const uriPath = segments.flatMap((segment, index) => [
    Buffer.from([((index === 0 ? 11 : 0) << 4) | segment.length]),
    Buffer.from(segment),
  ]);
  const head = Buffer.from([0x42, method === 'GET' ? 1 : 3, 0, 0, 0, 0]);
  // Content-Format (12, after Uri-Path 11) application/json, payload marker, value.
  const delta = segments.length === 0 ? 0xc1 : 0x11;
  const body = method === 'GET' ? [] : [Buffer.from([delta, 50, 0xff]), Buffer.from('42')];
  return Buffer.concat([head, ...uriPath, ...body]);
}
