import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const codes = { GET: 1, POST: 2, PUT: 3 };

export interface CoapRequestParts {
  readonly observe?: boolean;
  /** JSON. */
  readonly body?: string;
}

/** A confirmable request with a token of two bytes (RFC 7252 section 3), for the message id and the token to be written in; path segments are shorter than 13 bytes. */
export function coapRequest(
  method: keyof typeof codes,
  path: string,
  { observe = false, body }: CoapRequestParts = {},
): Buffer {
  const options: [number, Buffer][] = [
    ...(observe ? [[6, Buffer.alloc(0)] as [number, Buffer]] : []),
    ...path
      .split('/')
      .filter(Boolean)
      .map((segment): [number, Buffer] => [11, Buffer.from(segment)]),
    ...(body === undefined ? [] : [[12, Buffer.from([50])] as [number, Buffer]]), // application/json
  ];
  let last = 0;
  const encoded = options.flatMap(([number, value]) => {
    const head = Buffer.from([((number - last) << 4) | value.length]);
    last = number;
    return [head, value];
  });
  const payload = body === undefined ? [] : [Buffer.from([0xff]), Buffer.from(body)];
  return Buffer.concat([Buffer.from([0x42, codes[method], 0, 0, 0, 0]), ...encoded, ...payload]);
}

/** Writes message id and token. */
export function numbered(request: Buffer, id: number, token = id): Buffer {
  request.writeUInt16BE(id, 2);
  request.writeUInt16BE(token, 4);
  return request;
}

/** UDP sockets that are connected to where a URL leads. */
export function openSockets(url: string, count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  const opened = Array.from({ length: count }, async () => {
    const socket = createSocket('udp4');
    socket.connect(Number(port), hostname);
    await once(socket, 'connect');
    return socket;
  });
  return Promise.all(opened);
}

/** Keeps this process awake until the returned function is called: no server has to pay for waking it with its answers. */
export function stayAwake(): () => void {
  let turn = setImmediate(function again() {
    turn = setImmediate(again);
  });
  return () => clearImmediate(turn);
}
