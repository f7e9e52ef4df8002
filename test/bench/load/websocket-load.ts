import { createHistogram } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { benchId, type Load, type LoadResult } from '../bench-messages.ts';
import { fanOutLoad } from './fan-out-load.ts';

const subprotocol = 'webthingprotocol';
const sockets = 10;

/** Reads a property by messages, one at a time on each of ten sockets. */
export async function websocketReads({ target, seconds }: Load): Promise<LoadResult> {
  const latencies = createHistogram();
  const request = requestText({ thingID: benchId, operation: 'readproperty', name: 'level' });
  const start = performance.now();
  const until = start + seconds * 1000;
  const readOn = () =>
    new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(target.url, subprotocol, { perMessageDeflate: false });
      let sent = 0;
      const read = () => {
        sent = performance.now();
        if (sent < until) socket.send(request);
        else socket.close();
      };
      socket.on('open', read);
      socket.on('message', () => {
        latencies.record(Math.ceil((performance.now() - sent) * 1000));
        read();
      });
      socket.on('close', () => resolve());
      socket.on('error', reject);
    });
  await Promise.all(Array.from({ length: sockets }, readOn));
  return {
    done: latencies.count,
    failed: 0,
    seconds: (performance.now() - start) / 1000,
    p99: latencies.percentile(99) / 1000,
  };
}

/** Receives events as notifications. */
export function websocketEvents(load: Load): Promise<LoadResult> {
  const { pathname, host } = new URL(load.target.url);
  const head = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  ];
  const request = requestText({ thingID: benchId, operation: 'subscribeevent', name: 'beat' });
  const opening = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), clientFrame(request)]);
  return fanOutLoad(load, { opening, counter: frameCounter });
}

function requestText(members: object): string {
  const messageID = 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6';
  return JSON.stringify({ ...members, messageType: 'request', messageID, correlationID: messageID });
}

/** A text of 126 to 65,535 bytes in one frame, with a mask that changes nothing (RFC 6455 section 5.2). */
function clientFrame(text: string): Buffer {
  const head = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(Buffer.byteLength(text), 2);
  return Buffer.concat([head, Buffer.from(text)]);
}

const headEnd = '\r\n\r\n';

/** Counts whole frames after the handshake. */
function frameCounter(): (chunk: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0);
  let upgraded = false;
  return (chunk) => {
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = upgraded ? 0 : bytes.indexOf(headEnd);
    if (!upgraded && end >= 0) bytes = bytes.subarray(end + headEnd.length);
    upgraded ||= end >= 0;
    const frames = upgraded ? wholeFrames(bytes) : { count: 0, length: 0 };
    rest = bytes.subarray(frames.length);
    return frames.count;
  };
}

/** Of a server, unmasked and shorter than 64 KiB. */
function wholeFrames(bytes: Buffer): { readonly count: number; readonly length: number } {
  let count = 0;
  let length = 0;
  while (length + 4 <= bytes.length) {
    const short = bytes.readUInt8(length + 1);
    const next = length + (short < 126 ? 2 + short : 4 + bytes.readUInt16BE(length + 2));
    if (next > bytes.length) break;
    length = next;
    count++;
  }
  return { count, length };
}
