import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import type { AffordanceKind, Op, ThingDescription } from '../../src/contracts/td.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { offeredForms } from '../../src/ui/app/console/offered-forms.ts';
import { type Call, invocationForm } from '../../src/ui/app/console/snippets/call.ts';
import { quoted } from '../../src/ui/app/console/snippets/shell.ts';
import { type SnippetKind, snippetsOf } from '../../src/ui/app/console/snippets/snippets.ts';
import { evaluation, typeErrors, userFolder } from '../support/documented-programs.ts';
import { root } from '../support/markdown.ts';
import { needs } from '../support/system-parts.ts';

const parts = needs('curl', 'coap-client', 'mosquitto_pub', 'mosquitto_sub', 'mosquitto_rr');
const hostile = [
  "'; touch /tmp/thingwright-owned; '",
  '$(touch /tmp/thingwright-owned) `id` $HOME',
  '-rf --help',
  '@/etc/passwd',
  'a\nb\t"c" \\ \\n %41 %zz ! # & | ; * ? [x] {y,z} ~',
  'Grüße 💧\u2028',
];
const raw = `-e ${hostile.join(' ')}`;

let servient: Servient;
let td: ThingDescription;
let handle: ThingHandle;
let address: string;

beforeAll(async () => {
  const bindings = [http({ port: 0 }), websocket(), coap({ port: 0 }), mqtt({ broker: 'embedded', port: 0 })];
  servient = createServient({ bindings });
  await servient.start();
  const exposed = await servient.expose({
    td: {
      title: 'Kiln',
      properties: {
        level: { type: 'number', observable: true },
        list: { type: 'array', items: { type: 'string' } },
        note: { type: 'string', forms: [{ contentType: 'text/plain' }] },
        "it's -odd": { type: 'integer' },
        at: { type: 'string', readOnly: true, uriVariables: { where: { type: 'string' } } },
      },
      actions: {
        echo: { input: { type: 'string' }, output: { type: 'string' } },
        fire: { synchronous: false },
      },
      events: { hot: { data: { type: 'number' } } },
    },
    options: { name: 'kiln' },
    handlers: (own) => {
      handle = own;
      return {
        properties: {
          level: { initial: 7 },
          list: { initial: [] },
          note: { initial: '' },
          "it's -odd": { initial: 3 },
          at: { read: ({ uriVariables }) => `at ${String(uriVariables['where'])}` },
        },
        actions: { echo: (input) => String(input), fire: () => new Promise(() => {}) },
      };
    },
  });
  td = exposed.td();
  address = `${servient.addresses.find((each) => each.startsWith('http:'))}/things/kiln`;
});

afterAll(() => servient.stop());

type Protocol = 'http' | 'coap' | 'mqtt' | 'websocket';
const programs = { http: 'curl', coap: 'coap-client', mqtt: 'mosquitto' } as const;

function callOf(
  protocol: Protocol,
  op: Op,
  target: readonly [AffordanceKind, string] | [],
  more: Partial<Call> = {},
): Call {
  const [kind, name] = target;
  const forms = offeredForms(td, op, { ...(kind && { kind, name }) });
  const found = forms.findIndex((form) => form.protocol === protocol);
  const form = forms[found]?.form ?? invocationForm(more.invocation ?? '', address);
  return { address, op, form, isPreferred: found <= 0, ...(kind && { kind, name }), ...more };
}

function snippet(kind: SnippetKind, call: Call): string {
  return snippetsOf(call).find((each) => each.kind === kind)?.text ?? `echo "no ${kind}"`;
}

/** Runs what was copied in a shell where the programs have their usual names. */
function start(text: string): ChildProcess {
  const wot = `'${process.execPath}' --conditions=thingwright-source '${join(root, 'src/cli/main.ts')}'`;
  const names = `coap-client() { '${parts.command('coap-client')}' "$@"; }; npx() { shift; ${wot} "$@"; };`;
  return spawn('bash', ['-c', `${names}\n${text}`], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
}

async function run(text: string): Promise<string> {
  const { stdout, stderr } = start(text);
  const [said, failed] = await Promise.all([
    textOf(stdout as NodeJS.ReadableStream),
    textOf(stderr as NodeJS.ReadableStream),
  ]);
  return said + failed;
}

/** Runs a stream until it has said something. */
async function runUntil(text: string, pattern: RegExp, nudge: () => void): Promise<string> {
  const child = start(text);
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk) => (said += chunk));
  try {
    await vi.waitFor(
      () => {
        nudge();
        expect(said).toMatch(pattern);
      },
      { timeout: 10_000, interval: 100 },
    );
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
  return said;
}

const overAll = ['http', 'coap', 'mqtt'] as const;

describe.skipIf(parts.missing)(`commands that are copied${parts.note}`, () => {
  test.each(overAll)('carry hostile input over %s', async (protocol) => {
    const list = callOf(protocol, 'writeproperty', ['properties', 'list'], { input: hostile });
    await run(snippet(programs[protocol], list));
    await vi.waitFor(() => expect(handle.get('list')).toEqual(hostile));
    const note = callOf(protocol, 'writeproperty', ['properties', 'note'], { input: raw });
    await run(snippet(programs[protocol], note));
    await vi.waitFor(() => expect(handle.get('note')).toBe(raw));
    handle.set('list', []);
    handle.set('note', '');
  });

  test.each(overAll)('read, query and invoke over %s', async (protocol) => {
    const said = (op: Op, target: readonly [AffordanceKind, string] | [], more?: Partial<Call>) =>
      run(snippet(programs[protocol], callOf(protocol, op, target, more)));
    expect(await said('readproperty', ['properties', 'level'])).toMatch(/\b7\b/);
    expect(await said('readproperty', ['properties', "it's -odd"])).toMatch(/\b3\b/);
    const where = "a b/c&d'é+$(id)";
    expect(await said('readproperty', ['properties', 'at'], { uriVariables: { where } })).toContain(
      `at ${where}`,
    );
    expect(await said('readallproperties', [])).toContain('"level":7');
    expect(await said('readmultipleproperties', [], { names: ["it's -odd", 'level'] })).toContain(
      '"level":7',
    );
    expect(await said('writemultipleproperties', [], { input: { "it's -odd": 3 } })).not.toContain('problem');
    expect(await said('invokeaction', ['actions', 'echo'], { input: hostile[1] })).toContain(
      JSON.stringify(hostile[1]),
    );
    const begun = await said('invokeaction', ['actions', 'fire']);
    const [, href] = /"(?:href|id)":"([^"]+)"/.exec(begun) ?? [];
    const invocation =
      protocol === 'mqtt' ? href?.split('/').at(-1) : URL.parse(href ?? '', baseOf(protocol))?.href;
    expect(await said('queryaction', ['actions', 'fire'], { invocation })).toContain('"running"');
    await said('cancelaction', ['actions', 'fire'], { invocation });
    expect(await said('queryaction', ['actions', 'fire'], { invocation })).toMatch(/not-found|4\.04/);
  });

  test.each(overAll)('observe and subscribe over %s', async (protocol) => {
    const observe = callOf(protocol, 'observeproperty', ['properties', 'level']);
    await runUntil(snippet(programs[protocol], observe), /\b7\b/, () => handle.set('level', 7));
    const subscribe = callOf(protocol, 'subscribeevent', ['events', 'hot']);
    await runUntil(snippet(programs[protocol], subscribe), /\b41\b/, () => handle.emit('hot', 41));
  });

  test('wot reads, writes and invokes, dashes and all', async () => {
    const own = (op: Op, target: readonly [AffordanceKind, string] | [], more?: Partial<Call>) =>
      run(snippet('wot', callOf('http', op, target, more)));
    expect(await own('writeproperty', ['properties', 'level'], { input: -5 })).toBe('');
    expect(handle.get('level')).toBe(-5);
    expect(await own('invokeaction', ['actions', 'echo'], { input: raw })).toContain(
      raw.replace('\u2028', '\\u2028'),
    );
    const where = { uriVariables: { where: '-- $(id)' } };
    expect(await own('readproperty', ['properties', 'at'], where)).toContain('at -- $(id)');
    handle.set('level', 7);
  });

  test('quoting gives a shell the very words', async () => {
    const words = fc
      .sample(fc.string({ unit: 'binary' }), 300)
      .map((word) => word.toWellFormed().replaceAll('\0', ''));
    const said = await run(`printf '%s\\0' ${words.map(quoted).join(' ')}`);
    expect(said.split('\0').slice(0, -1)).toEqual(words);
  });
});

test('a program tells forms of one address apart', () => {
  const form = { href: 'http://h/a', contentType: 'text/plain' };
  const call: Call = { address, op: 'readproperty', kind: 'properties', name: 'a', form, isPreferred: false };
  expect(snippet('typescript', call)).toContain('({ href }) => href === "http://h/a"');
  expect(snippet('typescript', { ...call, hasTwin: true })).toContain(
    'href === "http://h/a" && contentType === "text/plain" && subprotocol === undefined',
  );
});

describe('programs that are copied', () => {
  const folder = userFolder();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const calls = (): Readonly<Record<string, Call>> => ({
    read: callOf('coap', 'readproperty', ['properties', "it's -odd"]),
    at: callOf('http', 'readproperty', ['properties', 'at'], { uriVariables: { where: raw } }),
    write: callOf('http', 'writeproperty', ['properties', 'list'], { input: hostile }),
    invoke: callOf('websocket', 'invokeaction', ['actions', 'echo'], { input: raw }),
    fire: callOf('http', 'invokeaction', ['actions', 'fire'], { isAsynchronous: true }),
    all: callOf('http', 'readallproperties', []),
    several: callOf('mqtt', 'readmultipleproperties', [], { names: ['level', "it's -odd"] }),
    change: callOf('http', 'writemultipleproperties', [], {
      input: JSON.parse('{"__proto__":{"a":1},"level":7}'),
    }),
    actions: callOf('http', 'queryallactions', []),
    observe: callOf('http', 'observeproperty', ['properties', 'level']),
    observeAll: callOf('http', 'observeallproperties', []),
    events: callOf('http', 'subscribeallevents', []),
    event: callOf('http', 'subscribeevent', ['events', 'hot']),
  });

  test('compile, and do what they say', { timeout: 60_000 }, async () => {
    for (const [name, call] of Object.entries(calls())) {
      writeFileSync(join(folder, `${name}.ts`), snippet('typescript', call));
    }
    expect(typeErrors(folder)).toBe('');
    const said = (name: string) => run(evaluation(join(folder, `${name}.ts`)));
    expect(await said('read')).toBe('3\n');
    expect(await said('at')).toBe(`at ${raw}\n`);
    expect(await said('write')).toBe('');
    expect(handle.get('list')).toEqual(hostile);
    expect(await said('invoke')).toBe(`${raw}\n`);
    expect(await said('several')).toContain('level: 7');
    await runUntil(evaluation(join(folder, 'event.ts')), /value: 41/, () => handle.emit('hot', 41));
  });
});

function baseOf(protocol: Protocol): string {
  return servient.addresses.find((each) => each.startsWith(`${protocol}:`)) ?? '';
}

test('a command is offered only where its protocol fits', () => {
  const kinds = (protocol: Protocol) =>
    snippetsOf(callOf(protocol, 'readproperty', ['properties', 'level'])).map(({ kind }) => kind);
  expect(kinds('http')).toEqual(['curl', 'wot', 'typescript']);
  expect(kinds('coap')).toEqual(['coap-client', 'typescript']);
  expect(kinds('mqtt')).toEqual(['mosquitto', 'typescript']);
  expect(kinds('websocket')).toEqual(['typescript']);
});

test('a secured address asks for a key', () => {
  const call = callOf('coap', 'readproperty', ['properties', 'level']);
  const form = { ...call.form, href: call.form.href.replace('coap:', 'coaps:') };
  const [{ text } = { text: '' }] = snippetsOf({ ...call, form });
  expect(text).toMatch(/^coap-client -m get -u IDENTITY -k KEY /);
});

test('any form and any input give snippets or none, and never throw', () => {
  const href = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.constantFrom('http://', 'coap://[::1]/', 'mqtt://h:1/{?a}', 'ws://x'), fc.string())
      .map((both) => both.join('')),
  );
  const terms = fc.constantFrom(
    'htv:methodName',
    'htv:headers',
    'cov:method',
    'mqv:topic',
    'mqv:filter',
    'tw:responseTopic',
    'contentType',
  );
  const form = fc
    .tuple(href, fc.dictionary(terms, fc.jsonValue()))
    .map(([at, more]) => ({ ...more, href: at }));
  const op = fc.constantFrom<Op>(
    'readproperty',
    'writeproperty',
    'invokeaction',
    'queryaction',
    'observeproperty',
  );
  fc.assert(
    fc.property(form, op, fc.jsonValue(), fc.string(), (each, asked, input, name) => {
      const call = {
        address: 'http://a/',
        op: asked,
        kind: 'properties',
        name,
        input,
        invocation: name,
      } as const;
      for (const { text } of snippetsOf({ ...call, form: each, isPreferred: true } as Call))
        expect(text).not.toContain('\0');
    }),
  );
});
