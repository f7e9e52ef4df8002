import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Form, ThingDescription } from 'thingwright';

/** A request as the peer got it. */
export interface PeerRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A Thing of node:http alone that follows HTTP Basic and HTTP SSE of the WoT Profile to the letter, and notes what it is asked. */
export interface ProfilePeer {
  readonly td: ThingDescription;
  readonly requests: readonly PeerRequest[];
  /** The next event stream at a path that is open, or will be. */
  stream(path: string): Promise<ServerResponse>;
  stop(): Promise<void>;
}

type Answer = readonly [status: number, headers: Readonly<Record<string, string>>, body?: unknown];

const json = { 'content-type': 'application/json' };
const problem = { 'content-type': 'application/problem+json' };
const times = { timeRequested: '2026-01-01T00:00:00Z', timeEnded: '2026-01-01T00:00:01Z' };
const failed = { type: 'about:blank', title: 'Conflict', status: 409, detail: 'The tile cracked.' };

const answers: Readonly<Record<string, Answer>> = {
  'GET /kiln/p/level': [200, json, 7],
  'PUT /kiln/p/level': [204, {}],
  'GET /kiln/p': [200, json, { level: 7, mode: 'off' }],
  'PUT /kiln/p': [204, {}],
  'POST /kiln/a/estimate': [200, json, 6],
  'POST /kiln/a/beep': [204, {}],
  'POST /kiln/a/fire': [
    201,
    { ...json, location: '/kiln/a/fire/1' },
    { status: 'pending', href: '/kiln/a/fire/1' },
  ],
  'GET /kiln/a/fire/1': [200, json, { status: 'completed', output: 900, ...times }],
  'POST /kiln/a/crack': [
    201,
    { ...json, location: '/kiln/a/crack/1' },
    { status: 'running', href: '/kiln/a/crack/1' },
  ],
  'GET /kiln/a/crack/1': [200, json, { status: 'failed', error: failed, ...times }],
  'DELETE /kiln/a/crack/1': [204, {}],
  'POST /kiln/a/teapot': [418, problem, { title: 'A teapot', status: 418, detail: 'I am a teapot.' }],
  'POST /kiln/a/broken': [599, {}],
  'GET /kiln/a': [200, json, { fire: [{ status: 'running', href: '/kiln/a/fire/1' }] }],
};

/** Starts the peer on a free port. */
export async function profilePeer(): Promise<ProfilePeer> {
  const requests: PeerRequest[] = [];
  const streams: ServerResponse[] = [];
  const waiting: { readonly path: string; readonly resolve: (stream: ServerResponse) => void }[] = [];
  const offer = (stream: ServerResponse): void => {
    const index = waiting.findIndex(({ path }) => path === stream.req.url);
    const [taker] = index < 0 ? [] : waiting.splice(index, 1);
    if (taker) taker.resolve(stream);
    else streams.push(stream);
  };
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, headers, body: Buffer.concat(await request.toArray()).toString() });
    if (headers.accept === 'text/event-stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 10\n\n');
      return offer(response);
    }
    const [status, answered, body] = answers[`${method} ${path}`] ?? [404, {}];
    response.writeHead(status, answered).end(body === undefined ? undefined : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    td: peerTd(`http://127.0.0.1:${port}/kiln/`),
    requests,
    stream(path) {
      const index = streams.findIndex(({ req }) => req.url === path);
      const [found] = index < 0 ? [] : streams.splice(index, 1);
      return found ? Promise.resolve(found) : new Promise((resolve) => waiting.push({ path, resolve }));
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Its TD: relative hrefs, defaults left out, and before each right form some that the Profile does not mean. */
function peerTd(base: string): ThingDescription {
  const streamed = (href: string, ...op: readonly string[]): Form[] => [
    { href: 'x/no-subprotocol', op },
    { href: 'x/foreign', op, subprotocol: 'webhook' },
    { href, op, subprotocol: 'sse' },
  ];
  const plain = (href: string, ...op: readonly string[]): Form[] => {
    const ops = op.length === 0 ? {} : { op };
    return [
      { href: 'x/xml', contentType: 'application/xml', ...ops },
      { href: 'xmpp:kiln@example.org', ...ops },
      { href, ...ops },
    ];
  };
  return {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    title: 'Kiln',
    base,
    profile: ['http-basic', 'http-sse'].map((name) => `https://www.w3.org/2022/wot/profile/${name}/v1`),
    securityDefinitions: { nosec_sc: { scheme: 'nosec' } },
    security: 'nosec_sc',
    properties: {
      level: {
        type: 'integer',
        observable: true,
        forms: [...streamed('p/level', 'observeproperty', 'unobserveproperty'), ...plain('p/level')],
      },
      mode: { type: 'string', readOnly: true, forms: [{ href: 'p/mode' }] },
    },
    actions: {
      estimate: {
        synchronous: true,
        input: { type: 'integer' },
        output: { type: 'integer' },
        forms: plain('a/estimate'),
      },
      beep: { synchronous: true, forms: plain('a/beep') },
      fire: {
        synchronous: false,
        input: { type: 'integer' },
        output: { type: 'integer' },
        forms: plain('a/fire'),
      },
      crack: { synchronous: false, forms: plain('a/crack') },
      teapot: { synchronous: true, forms: plain('a/teapot') },
      broken: { synchronous: true, forms: plain('a/broken') },
    },
    events: {
      overheated: { data: { type: 'integer' }, forms: streamed('e/overheated', 'subscribeevent') },
      doorOpened: { forms: streamed('e/doorOpened', 'subscribeevent') },
    },
    forms: [
      ...plain('p', 'readallproperties', 'writemultipleproperties'),
      ...plain('a', 'queryallactions'),
      ...streamed('p', 'observeallproperties', 'unobserveallproperties'),
      ...streamed('e', 'subscribeallevents', 'unsubscribeallevents'),
    ],
  };
}
