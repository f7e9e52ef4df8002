import { createServient, http, type Op, type Servient, type ThingDescription } from 'thingwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AffordanceKind } from '../../src/contracts/td.ts';
import { formsFor } from '../../src/td/forms.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { kiln } from '../support/kiln.ts';

interface Status {
  readonly status: string;
  readonly href: string;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly timeRequested: string;
  readonly timeEnded?: string;
}

let servient: Servient;
let clock: FakeClock;
let td: ThingDescription;

beforeAll(async () => {
  clock = fakeClock();
  servient = createServient({ bindings: [http({ port: 0 })], clock });
  td = (await servient.expose(kiln)).td();
});
afterAll(() => servient.stop());

/** The one address of an operation of HTTP Basic. */
function urlOf(op: Op, kind?: AffordanceKind, name?: string): string {
  const forms = formsFor(td, op, kind, name).filter(
    ({ href, contentType }) => /^https?:/.test(href) && contentType === 'application/json',
  );
  expect(forms).toHaveLength(1);
  return (forms[0]?.href ?? '').replace(/\{\?.*\}$/, '');
}

const get = (url: string) => fetch(url, { headers: { accept: 'application/json' } });
const put = (url: string, value: unknown) =>
  fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });

function invoke(action: string, input?: unknown): Promise<Response> {
  const accept = { accept: 'application/json' };
  const init =
    input === undefined
      ? { headers: accept }
      : { headers: { ...accept, 'content-type': 'application/json' }, body: JSON.stringify(input) };
  return fetch(urlOf('invokeaction', 'actions', action), { method: 'POST', ...init });
}

/** Invokes an asynchronous action; gives the absolute address of its status. */
async function begin(action: string, input?: unknown): Promise<string> {
  const response = await invoke(action, input);
  return new URL(response.headers.get('location') ?? '', response.url).href;
}

async function statusAt(url: string): Promise<Status> {
  const response = await get(url);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
  return (await response.json()) as Status;
}

/** Asks until the action is over. */
async function outcome(url: string): Promise<Status> {
  for (;;) {
    const status = await statusAt(url);
    if (status.status !== 'running' && status.status !== 'pending') return status;
  }
}

describe('properties', () => {
  test('are read: 200 and the JSON value [http-basic-profile-protocol-binding-readproperty-6]', async () => {
    for (const [name, value] of [
      ['temperature', 20],
      ['program', { steps: [100, 600] }],
    ] as const) {
      const response = await get(urlOf('readproperty', 'properties', name));
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
      expect(await response.json()).toEqual(value);
    }
  });

  test('are written: 204 without a body [http-basic-profile-protocol-binding-writeproperty-6]', async () => {
    const response = await put(urlOf('writeproperty', 'properties', 'target'), 950);
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(await (await get(urlOf('readproperty', 'properties', 'target'))).json()).toBe(950);
    expect((await put(urlOf('writeproperty', 'properties', 'pin'), '1234')).status).toBe(204);
  });

  test('are read all at once: those that can be read, by name [http-basic-profile-protocol-binding-readallproperties-5]', async () => {
    const response = await get(urlOf('readallproperties'));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await response.json()).toEqual({
      temperature: 20,
      target: expect.any(Number),
      program: { steps: [100, 600] },
      probe: 1,
    });
  });

  test('are written several at once: 204 [http-basic-profile-protocol-binding-writemultipleproperties-6]', async () => {
    const url = urlOf('writemultipleproperties');
    const response = await put(url, { target: 800, program: { steps: [50] } });
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(await (await get(url)).json()).toMatchObject({ target: 800, program: { steps: [50] } });
    expect((await put(urlOf('writeproperty', 'properties', 'program'), { steps: [100, 600] })).status).toBe(
      204,
    );
  });
});

describe('actions', () => {
  test('always say whether they are synchronous [http-basic-profile-protocol-binding-invokeaction-24]', () => {
    const told = Object.values(td.actions ?? {}).map(({ synchronous }) => synchronous);
    expect(told).toEqual([true, true, true, false, false, false, true]);
  });

  test('synchronous ones with an output answer 200 and the output [http-basic-profile-protocol-binding-invokeaction-20, http-basic-profile-protocol-binding-invokeaction-7, http-basic-profile-protocol-binding-invokeaction-11]', async () => {
    const response = await invoke('estimate', 900);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.json()).toBe(6);
  });

  test('synchronous ones without an output answer 204 and nothing [http-basic-profile-protocol-binding-invokeaction-20a]', async () => {
    const response = await invoke('beep');
    expect([response.status, response.headers.get('content-type')]).toEqual([204, null]);
    expect(await response.text()).toBe('');
  });

  test('asynchronous ones answer 201, Location and an ActionStatus at once, also where they run long [http-basic-profile-protocol-binding-invokeaction-21, http-basic-profile-protocol-binding-invokeaction-8, http-basic-profile-protocol-binding-invokeaction-10]', async () => {
    for (const action of ['fire', 'soak', 'crack']) {
      const response = await invoke(action, action === 'fire' ? 900 : undefined);
      expect([response.status, response.headers.get('content-type')]).toEqual([201, 'application/json']);
      const location = new URL(response.headers.get('location') ?? '', response.url).href;
      const { href, status } = (await response.json()) as Status;
      expect(new URL(href, response.url).href).toBe(location);
      expect(['pending', 'running']).toContain(status);
      expect(location).toMatch(/^http:/);
      await fetch(location, { method: 'DELETE' });
    }
  });

  test('answer in one of three ways, the third is a problem [http-basic-profile-protocol-binding-invokeaction-6, http-basic-profile-protocol-binding-invokeaction-12]', async () => {
    const answers = [
      await invoke('calibrate'),
      await invoke('beep'),
      await invoke('soak'),
      await invoke('jam'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 204, 201, 503]);
    for (const refused of [
      await invoke('estimate', 'hot'),
      await invoke('fire', 'hot'),
      await invoke('jam'),
    ]) {
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(refused.headers.get('content-type')).toBe('application/problem+json');
    }
  });

  test('that cannot be accepted answer 503 [http-basic-profile-protocol-binding-invokeaction-23]', async () => {
    const response = await invoke('jam');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 503, code: 'DOOR_OPEN' });
  });
});

describe('an ActionStatus', () => {
  test('of a completed action has its output and both times [http-basic-profile-protocol-binding-invokeaction-15, http-basic-profile-protocol-binding-invokeaction-16, http-basic-profile-protocol-binding-invokeaction-17, http-basic-profile-protocol-binding-invokeaction-19]', async () => {
    const url = await begin('fire', 900);
    const status = await outcome(url);
    expect(status).toMatchObject({ status: 'completed', output: 900 });
    expect(new URL(status.href, url).href).toBe(url);
    for (const time of [status.timeRequested, status.timeEnded ?? '']) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    }
  });

  test('of a failed action is "failed" and has a problem [http-basic-profile-protocol-binding-queryaction-7a, http-basic-profile-protocol-binding-queryaction-7b, http-basic-profile-protocol-binding-invokeaction-18]', async () => {
    const status = await outcome(await begin('crack'));
    expect(status).toMatchObject({
      status: 'failed',
      error: { title: expect.any(String), detail: 'The tile cracked; take another.', code: 'TILE_CRACKED' },
    });
    expect(status).not.toHaveProperty('output');
  });

  test('is there for every asynchronous action, by GET [http-basic-profile-protocol-binding-queryaction-1a, http-basic-profile-protocol-binding-queryaction-5, http-basic-profile-protocol-binding-invokeaction-14]', async () => {
    for (const action of ['fire', 'soak', 'crack']) {
      const { status } = await statusAt(await begin(action, action === 'fire' ? 1 : undefined));
      expect(['pending', 'running', 'completed', 'failed']).toContain(status);
    }
  });

  test('is not there for a synchronous action, nor a form for it [http-basic-profile-protocol-binding-queryaction-1b, http-basic-profile-protocol-binding-cancelaction-1b]', async () => {
    await invoke('beep');
    const url = `${urlOf('invokeaction', 'actions', 'beep')}/1`;
    for (const method of ['GET', 'DELETE']) expect((await fetch(url, { method })).status).toBe(404);
    for (const op of ['queryaction', 'cancelaction'] as const) {
      expect(formsFor(td, op, 'actions', 'beep')).toEqual([]);
    }
  });

  test('ends by DELETE: 204, and it is gone [http-basic-profile-protocol-binding-cancelaction-1a, http-basic-profile-protocol-binding-cancelaction-5]', async () => {
    const url = await begin('soak');
    const cancelled = await fetch(url, { method: 'DELETE' });
    expect([cancelled.status, await cancelled.text()]).toEqual([204, '']);
    expect((await get(url)).status).toBe(404);
  });

  test('of a finished action is forgotten in the end [http-basic-profile-protocol-binding-invokeaction-22]', async () => {
    const url = await begin('fire', 900);
    await outcome(url);
    clock.advance(60 * 60 * 1000 + 1);
    expect((await get(url)).status).toBe(404);
  });

  test('stands in a list by action, the newest first [http-basic-profile-protocol-binding-queryallactions-6a, http-basic-profile-protocol-binding-queryallactions-6b]', async () => {
    const begun: string[] = [];
    for (let count = 0; count < 3; count++) {
      clock.advance(1000);
      begun.push(await begin('soak'));
    }
    const url = urlOf('queryallactions');
    const response = await get(url);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    const all = (await response.json()) as Readonly<Record<string, readonly Status[]>>;
    const soaking = all['soak'] ?? [];
    expect(soaking.slice(0, 3).map(({ href }) => new URL(href, url).href)).toEqual(begun.reverse());
    const requested = soaking.map(({ timeRequested }) => timeRequested);
    expect(requested).toEqual([...requested].sort().reverse());
    expect(Object.keys(td.actions ?? {})).toEqual(expect.arrayContaining(Object.keys(all)));
  });
});
