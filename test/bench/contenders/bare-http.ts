import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServient, http } from 'thingwright';
import type { Target } from '../bench-messages.ts';
import { hostMany, serveBench } from './bench-things.ts';

let value: unknown = 21;

/** node:http that answers and takes a JSON value, and checks nothing; at `/td` it answers the bytes and headers of our TD. */
export async function bareHttp(): Promise<Target> {
  const td = await ourTd();
  const { url } = await listening((request, response) => {
    if (request.url === '/td') {
      response.writeHead(200, td.headers);
      response.end(td.body);
    } else if (request.method === 'GET') {
      const body = Buffer.from(JSON.stringify(value));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.byteLength });
      response.end(body);
    } else {
      withBody(request, (body) => {
        value = JSON.parse(body);
        response.writeHead(204).end();
      });
    }
  });
  return { url, tdUrl: `${url}td` };
}

/** node:http that writes each event to every response it has kept. */
export async function bareSse(): Promise<Target> {
  const readers = new Set<ServerResponse>();
  const { url } = await listening((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.write(': \n\n');
      readers.add(response);
      response.on('close', () => readers.delete(response));
      return;
    }
    withBody(request, (body) => {
      for (let beat = 0; beat < Number(body); beat++) {
        const event = Buffer.from(`event: beat\nid: ${timestamp()}\ndata: ${beat}\n\n`);
        for (const reader of readers) reader.write(event);
      }
      response.writeHead(204).end();
    });
  });
  return { url, invoke: url };
}

/** Our servient with one Thing. */
export async function oneThing(): Promise<Target> {
  const servient = createServient({ bindings: [http({ port: 0 })] });
  await servient.start();
  await hostMany(servient, 1);
  return { url: `${servient.addresses[0]}/things/sensor-{n}/properties/level`, things: 1 };
}

/** Starts a server on a free port. */
export async function listening(
  serve: RequestListener,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** Collects the body of a request. */
export function withBody(request: IncomingMessage, use: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => use(Buffer.concat(chunks).toString()));
}

/** RFC 3339 with microseconds, as the ids of our events are. */
function timestamp(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

const ofConnection: readonly string[] = ['date', 'connection', 'keep-alive'];

async function ourTd(): Promise<{ readonly headers: OutgoingHttpHeaders; readonly body: Buffer }> {
  const servient = await serveBench([http({ port: 0 })]);
  const response = await fetch(`${servient.addresses[0]}/things/bench`, {
    headers: { 'accept-encoding': 'identity' },
  });
  const headers = [...response.headers].filter(([name]) => !ofConnection.includes(name));
  const body = Buffer.from(await response.arrayBuffer());
  await servient.stop();
  return { headers: Object.fromEntries(headers), body };
}
