import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import { WebSocket } from 'ws';
import { idToUuid } from '../../src/interaction/change-ids.ts';
import { benchId } from '../bench/bench-messages.ts';

/** What one kind of client does over and over; fails where the servient answers otherwise than it should. */
type Activity = () => Promise<void>;

/** What was done, by kind, and the first failure of each kind. */
export interface SoakTally {
  readonly done: Map<string, number>;
  readonly failures: Map<string, unknown>;
}

/** How many clients of each kind there are at one time. */
const clients: Readonly<Record<string, number>> = {
  read: 4,
  write: 2,
  actions: 2,
  streams: 40,
  sockets: 20,
  stalled: 4,
  aborted: 2,
  malformed: 2,
};

/** Keeps all clients busy with the Thing `soak` until the signal aborts. */
export async function soakLoad(base: string, signal: AbortSignal): Promise<SoakTally> {
  const agent = new Agent();
  const tally: SoakTally = { done: new Map(), failures: new Map() };
  const activities = activitiesAt(base, agent);
  const repeat = async (kind: string, activity: Activity) => {
    while (!signal.aborted) {
      await activity().catch((error) => tally.failures.set(kind, tally.failures.get(kind) ?? error));
      tally.done.set(kind, (tally.done.get(kind) ?? 0) + 1);
      await pause(random(10));
    }
  };
  const running = Object.entries(clients).flatMap(([kind, count]) =>
    Array.from({ length: count }, () => repeat(kind, activities[kind] as Activity)),
  );
  await Promise.all(running);
  await agent.close();
  return tally;
}

function activitiesAt(base: string, agent: Agent): Readonly<Record<string, Activity>> {
  const thing = `${base}/things/soak`;
  const ask = async (method: Dispatcher.HttpMethod, url: string, expected: number, given?: unknown) => {
    const body = given === undefined ? null : JSON.stringify(given);
    const { origin, pathname } = new URL(url, base);
    const headers = { 'content-type': 'application/json' };
    const response = await agent.request({ origin, path: pathname, method, headers, body });
    const text = await response.body.text();
    if (response.statusCode === expected) return { headers: response.headers, text };
    throw new Error(`${method} ${url} answered ${response.statusCode}: ${text}`);
  };
  return {
    async read() {
      await ask('GET', `${thing}/properties/level`, 200);
      await ask('GET', `${thing}/properties`, 200);
      await ask('GET', thing, 200);
      await ask('GET', `${thing}/properties/unknown`, 404);
    },
    async write() {
      await ask('PUT', `${thing}/properties/level`, 204, random(100));
      await ask('PUT', `${thing}/properties`, 204, { level: random(100), limit: random(100) });
      await ask('PUT', `${thing}/properties/level`, 400, 1000);
    },
    async actions() {
      await ask('POST', `${thing}/actions/add`, 200, 7);
      await ask('POST', `${thing}/actions/work`, 201, random(100));
      const { headers } = await ask('POST', `${thing}/actions/endless`, 201);
      const invocation = String(headers['location']);
      await ask('GET', invocation, 200);
      await ask('DELETE', invocation, 204);
      await ask('GET', invocation, 404);
    },
    streams: () =>
      stream(`${thing}/${random(2) === 0 ? 'events/tick' : 'properties/level'}`, { reads: true }),
    sockets: () => talk(`${base.replace('http', 'ws')}/things`),
    stalled: () => stream(`${thing}/events`, { reads: false }),
    aborted: () => send(base, pick(halves), { waits: false }),
    malformed: () => send(base, pick(garbage), { waits: true }),
  };
}

const longest = 3000;

/** Subscribes, resumes at a random place, and goes without a word. */
async function stream(url: string, { reads }: { readonly reads: boolean }): Promise<void> {
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const since = new Date(Date.now() - random(2000)).toISOString().replace('Z', '000Z');
  const resume = random(2) === 0 ? `Last-Event-ID: ${since}\r\n` : '';
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n${resume}\r\n`);
  const [head] = await once(socket, 'data');
  if (reads) socket.resume();
  else socket.pause();
  await pause(random(longest));
  socket.destroy();
  if (!String(head).startsWith('HTTP/1.1 200')) throw new Error(`${url} answered ${head}`);
}

/** Subscribes, reads, resumes and talks nonsense over a WebSocket, and goes without a word. */
async function talk(url: string): Promise<void> {
  const socket = new WebSocket(url, 'webthingprotocol');
  await once(socket, 'open');
  const since = Date.now() - random(2000);
  const answered = once(socket, 'message', { signal: AbortSignal.timeout(30_000) });
  const request = (members: object) =>
    socket.send(
      JSON.stringify({ thingID: benchId, messageType: 'request', messageID: randomUUID(), ...members }),
    );
  request({ operation: 'readproperty', name: 'level' });
  request({ operation: 'writeproperty', name: 'level', value: random(100) });
  request({ operation: 'subscribeallevents', lastNotificationID: idToUuid(since * 1000) });
  request({ operation: 'observeproperty', name: 'level' });
  request({ operation: 'invokeaction', name: 'work', input: random(100) });
  request({ operation: 'dance' });
  socket.send('{"thingID":');
  await answered;
  await pause(random(longest));
  if (random(2) === 0) request({ operation: 'unsubscribeallevents' });
  const { readyState } = socket;
  socket.terminate();
  if (readyState !== WebSocket.OPEN) throw new Error(`${url} closed the connection.`);
}

const put = 'PUT /things/soak/properties/level HTTP/1.1\r\nHost: localhost\r\n';

/** Requests that their clients do not wait for. */
const halves: readonly string[] = [
  'GET /things/soak HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /things/soak HT',
  `${put}Content-Length: 1000\r\n\r\n12`,
  `${put}Transfer-Encoding: chunked\r\n\r\n5\r\n12`,
  'POST /things/soak/actions/work HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /things/soak/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n',
];

/** Requests that must be refused. */
const garbage: readonly string[] = [
  'GARBAGE\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  'GET /things/%FF HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'BREW /things/soak HTTP/1.1\r\nHost: localhost\r\n\r\n',
  `${put}Connection: close\r\nContent-Length: 3\r\n\r\n{"a`,
  `${put}Connection: close\r\nContent-Length: 99999999999\r\n\r\n`,
  `${put}Connection: close\r\nContent-Type: image/png\r\nContent-Length: 2\r\n\r\n12`,
  `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
];

async function send(base: string, text: string, { waits }: { readonly waits: boolean }): Promise<void> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  if (waits) {
    const [answer] = await once(socket, 'data');
    if (!/^HTTP\/1.1 [45]/.test(String(answer)))
      throw new Error(`${text.slice(0, 40)} was not refused: ${answer}`);
  } else await pause(random(20));
  socket.destroy();
}

const random = (below: number): number => Math.floor(Math.random() * below);

const pick = (texts: readonly string[]): string => texts[random(texts.length)] ?? '';
