import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../support/greenhouse.ts';
import { root } from '../support/markdown.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-'));
const alone = ['--coap', 'off', '--mqtt', 'off', '--data', 'off'];

const lamp = `
import { defineThing } from 'thingwright';

const td = {
  title: 'Lamp',
  properties: {
    on: { type: 'boolean', observable: true },
    label: { type: 'string', readOnly: true, uriVariables: { a: { type: 'string' }, b: { type: 'string' } } },
    log: { type: 'string', readOnly: true },
    picture: { readOnly: true, forms: [{ contentType: 'image/png' }] },
    table: { readOnly: true, forms: [{ contentType: 'text/csv' }] },
  },
  actions: { dawn: { synchronous: false } },
};

export default async (servient) => {
  await servient.expose(defineThing(td, {
    properties: {
      on: { initial: false },
      label: { read: ({ uriVariables }) => uriVariables.a + '\\u001b[31m' + uriVariables.b },
      picture: { read: () => Uint8Array.of(27, 91, 10) },
      table: { read: () => 'a,b\\n1,2' },
      log: { read: () => (process.stdout.write('read\\n'), console.log('read'), 'written') },
    },
    actions: { dawn: () => new Promise(() => {}) },
  }));
};
`;

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function wot(...args: readonly string[]): ChildProcess {
  const env = { ...process.env, NO_COLOR: '1' };
  return spawn(process.execPath, [join(root, 'src/cli/wot.js'), ...args], { cwd: folder, env });
}

/** How a command ended, and what it printed from now on; one that hangs is killed and fails the test. */
async function ended(child: ChildProcess) {
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (chunk: Buffer) => {
      printed[stream] += chunk;
    });
  }
  try {
    const [code] = await once(child, 'close', { signal: AbortSignal.timeout(15_000) });
    return { code, ...printed };
  } finally {
    child.kill('SIGKILL');
  }
}

/** A server of somebody else. */
async function served(answer: RequestListener): Promise<{ readonly base: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const slow = (base: string) => ({
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  title: 'Slow',
  base,
  security: 'none',
  securityDefinitions: { none: { scheme: 'nosec' } },
  actions: { dawn: { synchronous: false, forms: [{ href: '/dawn' }] } },
});

const run = (...args: readonly string[]) => ended(wot(...args));

describe('wot', { timeout: 40_000 }, () => {
  let servient: ChildProcess;
  let base = '';

  beforeAll(async () => {
    servient = wot('serve', file('lamp.mjs', lamp), '--http', '0', ...alone, '--json');
    const output = collect(servient);
    await output.has(/\n/);
    const { things, addresses } = JSON.parse(output.text());
    expect(things).toEqual([{ name: 'lamp', title: 'Lamp', id: expect.stringMatching(/^urn:uuid:/) }]);
    expect(addresses).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^ws:/),
    ]);
    base = addresses[0];
  });

  afterAll(async () => {
    servient.kill('SIGTERM');
    await once(servient, 'exit');
    rmSync(folder, { recursive: true });
  });

  test('tells its version', async () => {
    expect(await run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test('shows what it can of Things of elsewhere, and ends where that is nothing', async () => {
    const model = file('lamp.tm.json', JSON.stringify({ '@type': 'tm:ThingModel', title: 'Lamp' }));
    const child = wot('ui', '--no-open', '--json', `${base}/things/lamp`, model, `${base}/things/lamp`);
    const output = collect(child);
    await output.has(/"things"/);
    const lines = output
      .text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { error: expect.objectContaining({ code: 'THING_EXPECTED' }) },
      { error: expect.objectContaining({ code: 'ID_TAKEN' }) },
      { address: expect.stringMatching(/\/things\/lamp$/), things: ['lamp'] },
    ]);
    expect(await (await fetch(`${lines[2].address}/properties/on`)).json()).toBe(false);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await run('ui', '--no-open', model)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/lamp\.tm\.json is a Thing Model/),
    });
  });

  describe('whose output nobody reads any more', () => {
    test('goes on serving', async () => {
      const child = wot('serve', join(folder, 'lamp.mjs'), '--http', '0', ...alone, '--json');
      const output = collect(child);
      await output.has(/\n/);
      const { addresses } = JSON.parse(output.text());
      child.stdout?.destroy();
      const read = async () => (await fetch(`${addresses[0]}/things/lamp/properties/log`)).text();
      for (const _ of [1, 2, 3]) expect(await read()).toBe('"written"');
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    });

    test('ends quietly', async () => {
      const [help, observer] = [wot('--help'), wot('observe', 'lamp', 'on', '--at', base)];
      const end = Promise.all([ended(help), ended(observer)]);
      help.stdout?.destroy();
      await collect(observer).has(/false/);
      observer.stdout?.destroy();
      const headers = { 'content-type': 'application/json' };
      for (const body of ['true', 'false', 'true'])
        await fetch(`${base}/things/lamp/properties/on`, { method: 'PUT', headers, body });
      for (const { code, stderr } of await end) expect([code, stderr]).toEqual([0, '']);
    });
  });

  describe('invoke', () => {
    test('waits until --timeout for the whole action, and tells where it goes on', async () => {
      const { code, stdout, stderr } = await run('invoke', 'lamp', 'dawn', '--at', base, '--timeout', '700');
      expect([code, stdout]).toEqual([6, '']);
      const [, href = ''] = /goes on at (\S+)\.\n/.exec(stderr) ?? [];
      expect(stderr).toContain('did not end within 700 ms');
      expect(await (await fetch(href)).json()).toMatchObject({ status: 'running' });
    });

    test('tells the same on Ctrl-C', async () => {
      const asked = Promise.withResolvers<void>();
      const thing = await served((request, response) => {
        if (request.method === 'POST') response.writeHead(201, { location: '/invocations/7' });
        else asked.resolve();
        response.end('{ "id": "7", "status": "running" }');
      });
      const td = file('slow.td.json', JSON.stringify(slow(thing.base)));
      const child = wot('invoke', td, 'dawn');
      const ending = ended(child);
      await asked.promise;
      child.kill('SIGINT');
      expect(await ending).toEqual({
        code: 130,
        stdout: '',
        stderr: `wot: The action goes on at ${thing.base}/invocations/7 (id 7).\n`,
      });
      thing.server.close();
    });
  });

  test('leaves no session at a broker on Ctrl-C', async () => {
    const sent: string[] = [];
    const subscribed = Promise.withResolvers<void>();
    const broker = createTcpServer((socket) => {
      socket.on('data', (packet) => {
        sent.push(packet.toString('hex'));
        const [type = 0, , ...id] = packet.subarray(0, 4);
        if (type === 0x10) socket.write(Uint8Array.of(0x20, 3, 0, 0, 0));
        if (type === 0x82 || type === 0xa2)
          socket.write(Uint8Array.of(type === 0x82 ? 0x90 : 0xb0, 4, ...id, 0, 0));
        if (type === 0x82) subscribed.resolve();
      });
    }).listen(0, '127.0.0.1');
    await once(broker, 'listening');
    const href = `mqtt://127.0.0.1:${(broker.address() as AddressInfo).port}`;
    const forms = [{ href, op: 'subscribeevent', 'mqv:filter': 'a', 'mqv:qos': '1' }];
    const td = file(
      'bell.td.json',
      JSON.stringify({ ...slow(''), actions: {}, events: { rung: { forms } } }),
    );
    const child = wot('subscribe', td, 'rung');
    const ending = ended(child);
    await subscribed.promise;
    child.kill('SIGINT');
    expect(await ending).toEqual({ code: 130, stdout: '', stderr: '' });
    // DISCONNECT with a Session Expiry Interval of 0 (MQTT 5 section 3.14.2.2.2)
    expect(sent.at(-1)).toBe('e00700051100000000');
    broker.close();
  });

  test('takes several uriVariables, and prints text of others without control characters', async () => {
    const variables = ['--uri-variable', 'a=x', '--uri-variable', 'b=y'];
    expect(await run('read', ...variables, `${base}/things/lamp`, 'label')).toMatchObject({
      code: 0,
      stdout: 'x\\u001b[31my\n',
    });
    const foreign = await served((_, response) => {
      response.end(JSON.stringify([{ name: 'a\u009b2Jb\nc', title: 'x\u001b[31m' }]));
    });
    const listed = await run('ls', foreign.base);
    expect(listed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('a\\u009b2Jb\\u000ac  x\\u001b[31m'),
    });
    const json = await run('ls', foreign.base, '--json');
    foreign.server.close();
    expect(json.stdout).not.toMatch(/\u009b/);
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'a\u009b2Jb\nc' });
  });

  test('reads bytes as they are, in JSON as base64, and text as text', async () => {
    const thing = `${base}/things/lamp`;
    expect(await run('read', thing, 'picture')).toMatchObject({ code: 0, stdout: '\u001b[\n' });
    expect(await run('read', thing, 'picture', '--json')).toMatchObject({ code: 0, stdout: '"G1sK"\n' });
    expect(await run('read', thing, 'table')).toMatchObject({ code: 0, stdout: 'a,b\n1,2\n' });
  });

  test('ls finds the list of a servient below the path of a proxy', async () => {
    const proxy = await served(({ url }, response) => {
      const root = { things: '/edge/wot/things', td: '/edge/wot/.well-known/wot' };
      response.end(
        JSON.stringify(url === '/edge/wot/things' ? [{ name: 'lamp', href: '/edge/wot/things/lamp' }] : root),
      );
    });
    const { code, stdout } = await run('ls', `${proxy.base}/edge/wot`);
    proxy.server.close();
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${proxy.base}/edge/wot/things/lamp\n`)]);
  });

  test('says what a list of Things is', async () => {
    const { code, stderr } = await run('td', `${base}/things`);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/list of Things.*wot ls/)]);
  });

  describe('validate', () => {
    test('goes on after what cannot be read, and ends with the worst code', async () => {
      const broken = file('broken.json', '{ "title": ');
      const sources = [
        join(folder, 'none.json'),
        'http://127.0.0.1:1/td',
        broken,
        `${base}/things/lamp`,
        'lamp',
      ];
      const { code, stdout, stderr } = await run('validate', ...sources, '--at', base, '--timeout', '5000');
      expect(code).toBe(6);
      expect(stderr).toMatch(
        /none\.json cannot be read: ENOENT.*\n.*127\.0\.0\.1:1\/td failed: .*ECONNREFUSED/,
      );
      for (const line of [`${broken}: invalid `, `${base}/things/lamp: valid `, 'lamp: valid '])
        expect(stdout).toContain(line);
    });

    test('reads file: and coap: addresses, and tells JSON of each source', async () => {
      const wrong = new URL('wrong.json', `file://${folder}/`).href;
      file('wrong.json', '{ "title": "x", "title": "y" }');
      const gone = 'coap://127.0.0.1:1/td';
      const { code, stdout } = await run('validate', wrong, gone, '--timeout', '2000', '--json');
      expect(code).toBe(6);
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines).toMatchObject([
        { source: wrong, verdict: 'invalid' },
        { source: gone, error: { kind: expect.stringMatching(/^(unavailable|timeout)$/) } },
      ]);
      expect(JSON.stringify(lines[0])).toContain('twice');
    });
  });

  test.for([
    [3, 'null', /no Thing Description/],
    [3, '[1]', /no Thing Description/],
    [3, '{', /no JSON/],
    [3, '{ "name": "package" }', /no Thing Description/],
  ] as const)('td ends with %i on %s', async ([code, content, message]) => {
    const ending = await run('td', file('other.json', content));
    expect(ending).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(ending.stderr.trim()).not.toContain('\n');
  });

  test.for([
    [2, ['--http', 'abc'], /^wot: --http abc: expected a port 0-65535.*\n$/],
    [2, ['--http', 'off'], /^wot: .*all off.*\n$/],
    [2, ['--http', '0', '--http2'], /^wot: .*--tls-cert and --tls-key with --http2\.\n$/],
    [2, ['--tls-cert', 'lamp.mjs', '--tls-key', 'lamp.mjs'], /^wot: lamp\.mjs \(--tls-key\) is not .*\n$/],
    [2, ['--public-base', 'http://x/?q'], /^wot: --public-base .*without query.*\n$/],
    [2, ['--http', '0', '--host', '192.0.2.1'], /^wot: Binding 192\.0\.2\.1 .*\n$/],
    [1, ['--http', '0', '--host', '192.0.2.1', '--insecure'], /wot: HTTP cannot listen .*\n$/],
    [1, ['--http', '0', '--data', '/proc/none/deep'], /^wot: The storage \/proc\/none\/deep\/.*[^.]\.\n$/],
    [4, ['--http', '0', 'none.mjs'], /^wot: .*none\.mjs.*\n$/],
  ] as const)('serve ends with %i on %s', async ([code, flags, message]) => {
    const ending = await run('serve', join(folder, 'lamp.mjs'), ...alone, ...flags);
    expect(ending).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
  });

  test.for(['--timeout abc', '--timeout -5', '--timeout 3000000000', '--count 0', '--uri-variable x'])(
    'observe ends with 2 on %s',
    async (flag) => {
      const { code, stderr } = await run('observe', 'lamp', '--at', base, ...flag.split(' '));
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^wot: option .* is invalid\. Expected .*\n$/),
      ]);
    },
  );

  test.for([
    ['a folder', () => folder, 'is a folder'],
    ['a syntax error', () => file('torn.mjs', 'export default ('), 'torn.mjs, or'],
    ['an enum', () => file('enum.ts', 'enum Level { low }\nexport default Level;\n'), 'enum'],
  ] as const)('serve says what is wrong with %s, without a stack', async ([, module, words]) => {
    const { code, stderr } = await run('serve', module(), '--http', '0', ...alone);
    expect([code, stderr]).toEqual([3, expect.stringContaining(words)]);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('serve loads all modules before it opens a port', async () => {
    const broken = file('broken.mjs', 'throw new Error("broken module");');
    const { port } = new URL(base);
    const { code, stderr } = await run('serve', join(folder, 'lamp.mjs'), broken, '--http', port, ...alone);
    expect([code, stderr]).toEqual([1, expect.stringContaining('broken module')]);
  });

  test('npm start ends with npm', async () => {
    const flags = ['--silent', 'start', '--', '--http', '0', ...alone, '--json'];
    const npm = spawn('npm', flags, { cwd: root });
    const output = collect(npm);
    await output.has(/"addresses":\["http:[^"]+"/);
    const [, address = ''] = /"addresses":\["([^"]+)"/.exec(output.text()) ?? [];
    expect((await fetch(`${address}/things`)).status).toBe(200);
    npm.kill('SIGTERM');
    await once(npm, 'close');
    await expect(fetch(`${address}/things`)).rejects.toThrow();
  });

  test('observe tells on stderr that the connection is lost', async () => {
    const child = wot('serve', join(folder, 'lamp.mjs'), '--http', '0', ...alone, '--json');
    const output = collect(child);
    await output.has(/\n/);
    const observer = wot('observe', 'lamp', 'on', '--at', JSON.parse(output.text()).addresses[0]);
    const seen = collect(observer);
    await seen.has(/false/);
    child.kill('SIGKILL');
    await seen.has(/wot: The connection is lost/);
    observer.kill();
  });
});
