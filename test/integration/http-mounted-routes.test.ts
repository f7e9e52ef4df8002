import { get } from 'node:http';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import express, { type Express } from 'express';
import { createServient, http, WotError } from 'thingwright';
import { describe, expect, onTestFinished, test } from 'vitest';
import { keepingLogger } from '../support/logged.ts';

const { logger, lines } = keepingLogger();

/** The address of a servient with these routes; stops with the test. */
async function serve(routes: (app: Express) => void): Promise<string> {
  const app = express();
  routes(app);
  const servient = createServient({ bindings: [http({ port: 0, mount: app })], logger });
  onTestFinished(() => servient.stop());
  await servient.start();
  return servient.addresses[0] ?? '';
}

/** What a browser that accepts a coding gets of an answer until a text has come; the answer goes on. */
async function readUntil(url: string, coding: 'gzip' | 'br', end: string) {
  const { promise, resolve, reject } = Promise.withResolvers<Readonly<Record<string, unknown>>>();
  const request = get(url, { headers: { 'accept-encoding': coding } }, (answer) => {
    const coder = { gzip: createGunzip(), br: createBrotliDecompress() }[coding];
    const coded = answer.headers['content-encoding'] === coding;
    let seen = '';
    answer.on('error', () => {});
    (coded ? answer.pipe(coder) : answer).on('data', (chunk) => {
      seen += chunk;
      if (seen.includes(end)) resolve({ coded, cache: answer.headers['cache-control'] });
    });
  }).on('error', reject);
  onTestFinished(() => void request.destroy());
  return promise;
}

describe('what a route sends bit by bit', () => {
  test.for(['gzip', 'br'] as const)('arrives so, as events or compressed with %s', async (coding) => {
    const base = await serve((app) => {
      app.get('/events', (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
        response.write('data: 1\n\n');
      });
      app.get('/log', (_request, response) => {
        response.type('text/plain').write('first line\n');
        setImmediate(() => response.write('second line\n'));
      });
    });
    const events = await readUntil(`${base}/events`, coding, 'data: 1\n\n');
    expect(events).toEqual({ coded: false, cache: 'no-cache, no-transform' });
    const log = await readUntil(`${base}/log`, coding, 'second line\n');
    expect(log).toEqual({ coded: true, cache: undefined });
  });

  test('ends well when its reader goes', async () => {
    const closed = Promise.withResolvers<void>();
    const base = await serve((app) => {
      app.get('/log', (_request, response) => {
        const write = () => {
          if (response.write('line\n') || !response.closed) setImmediate(write);
        };
        response.type('text/plain').on('close', closed.resolve);
        write();
      });
      app.get('/after', (_request, response) => void response.send('fine'));
    });
    const request = get(`${base}/log`, { headers: { 'accept-encoding': 'gzip' } }).on('error', () => {});
    request.on('response', () => request.destroy());
    await closed.promise;
    expect(await (await fetch(`${base}/after`)).text()).toBe('fine');
  });
});

describe('an error of a route', () => {
  const failing = (error: object) =>
    serve((app) => {
      app.get('/failing', (_request, response, next) => {
        response.setHeader('content-range', 'bytes 0-1/2');
        next(error);
      });
    });

  test.for<readonly [string, object, number, object]>([
    ['status', { status: 418 }, 418, {}],
    ['statusCode', { statusCode: 418 }, 418, {}],
    [
      'challenge',
      { status: 401, headers: { 'WWW-Authenticate': 'Basic' } },
      401,
      { 'www-authenticate': 'Basic' },
    ],
    [
      'range',
      { status: 416, headers: { 'Content-Range': 'bytes */9' } },
      416,
      { 'content-range': 'bytes */9' },
    ],
    ['header without a value left out', { status: 401, headers: { 'www-authenticate': undefined } }, 401, {}],
    ['headers left out where it has no status', { headers: { 'www-authenticate': 'Basic' } }, 500, {}],
    ['headers refused where they cannot be sent', { status: 401, headers: { 'x-own': 'a\nb' } }, 500, {}],
  ])('has its %s', async ([, members, status, expected]) => {
    const base = await failing(Object.assign(new Error('No.'), members));
    const answer = await fetch(`${base}/failing`);
    const told = [...answer.headers].filter(([name]) => /^(content-range|www-authenticate)$/.test(name));
    expect([answer.status, Object.fromEntries(told)]).toEqual([status, expected]);
  });

  test.for([
    ['thrown', new Error('a bug')],
    ['with a status', Object.assign(new Error('Closed today.'), { status: 503 })],
    ['a WotError', new WotError('unavailable', 'CLOSED', 'Closed today.')],
  ] as const)('of ours is logged once: %s', async ([, error]) => {
    lines.splice(0);
    const base = await failing(error);
    await (await fetch(`${base}/failing`)).text();
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});
