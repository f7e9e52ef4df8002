import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runLine, runnable } from '../support/documented-lines.ts';
import { collect, type Greenhouse, startGreenhouse } from '../support/greenhouse.ts';
import { root } from '../support/markdown.ts';
import { needs } from '../support/system-parts.ts';

const run = promisify(execFile);
const parts = needs('coap-client', 'mosquitto_sub', 'mosquitto_pub');
const valve = 'things/zone-1-irrigation-valve';

describe.skipIf(parts.missing)(`npm start${parts.note}`, { timeout: 60_000 }, () => {
  let greenhouse: Greenhouse;

  beforeAll(async () => {
    const begun = performance.now();
    greenhouse = await startGreenhouse();
    console.log(`The greenhouse served ${Math.round(performance.now() - begun)} ms after the command.`);
  });

  afterAll(() => greenhouse.stop());

  const curl = async (path: string, ...args: readonly string[]) => {
    const options = ['--silent', '--show-error', '--fail-with-body', ...args];
    return (await run('curl', [...options, `${greenhouse.address('http')}/${path}`])).stdout;
  };
  const coap = async (path: string, ...args: readonly string[]) =>
    (
      await run(parts.command('coap-client'), [...args, `${greenhouse.address('coap')}/${path}`])
    ).stdout.trim();
  const broker = () => {
    const { hostname, port } = new URL(greenhouse.address('mqtt'));
    return ['-h', hostname, '-p', port];
  };
  const wot = async (...args: readonly string[]) => {
    const env = { ...process.env, THINGWRIGHT_URL: greenhouse.address('http') };
    return (await run(process.execPath, ['src/cli/wot.js', ...args], { cwd: root, env })).stdout.trim();
  };

  test('prints the addresses, how many Things there are, and lines to paste', () => {
    const output = greenhouse.output();
    expect(output).toMatch(/serves 22 Things/);
    for (const scheme of ['http', 'coap', 'mqtt']) expect(output).toContain(` ${scheme}://127.0.0.1:`);
    expect(linesToPaste(output).map((line) => line.split(' ')[0])).toEqual([
      'curl',
      expect.stringMatching(/^coap-client/),
      'mosquitto_sub',
      'npx',
    ]);
  });

  test.for([0, 1, 2, 3])('line %i to paste works', async (index) => {
    const line = linesToPaste(greenhouse.output())[index] ?? '';
    await runLine(runnable(line, parts.command), root, line.startsWith('mosquitto_sub'));
  });

  test('what one protocol writes all others read', async () => {
    const property = `${valve}/properties/maxOnTime`;
    await curl(property, '-X', 'PUT', '-H', 'Content-Type: application/json', '-d', '240');
    expect(await coap(property, '-m', 'get')).toBe('240');
    await coap(property, '-m', 'put', '-t', '50', '-e', '360');
    expect(await wot('read', 'zone-1-irrigation-valve', 'maxOnTime')).toBe('360');
    await run(parts.command('mosquitto_pub'), [...broker(), '-t', `${property}/set`, '-q', '1', '-m', '480']);
    const observed = await wot('observe', 'zone-1-irrigation-valve', 'maxOnTime', '--count', '1', '--json');
    expect(['360', '480']).toContain(String(JSON.parse(observed).value));
    await expect.poll(() => curl(property)).toBe('480');
  });

  test('values come over MQTT, retained', async () => {
    const topic = `${valve}/properties/open`;
    const args = [...broker(), '-t', topic, '-C', '1', '-W', '10'];
    const { stdout } = await run(parts.command('mosquitto_sub'), args);
    expect(['true', 'false']).toContain(stdout.trim());
  });

  test('an asynchronous action is started, seen and cancelled', async () => {
    const zone = 'things/zone-2-irrigation-valve/actions/irrigate';
    const input = ['-X', 'POST', '-H', 'Content-Type: application/json', '-d', '{"litres":1000}'];
    const { href } = JSON.parse(await curl(zone, ...input));
    expect(JSON.parse(await coap(href.slice(1), '-m', 'get'))).toMatchObject({ status: 'running' });
    await curl(href.slice(1), '-X', 'DELETE');
    await expect(curl(href.slice(1))).rejects.toMatchObject({ stdout: expect.stringContaining('404') });
  });

  test('a wrong value is refused with a reason, and an exit code that tells so', async () => {
    await expect(wot('write', 'zone-1-irrigation-valve', 'maxOnTime', '5')).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('30'),
    });
  });

  test.for(['http', 'coap', 'mqtt'] as const)('a busy %s port is one clear line', async (scheme) => {
    const { port } = new URL(greenhouse.address(scheme));
    const others = ['http', 'coap', 'mqtt'].filter((other) => other !== scheme);
    const flags = [`--${scheme}`, port, ...others.flatMap((other) => [`--${other}`, '0']), '--data', 'off'];
    const served = [
      '--conditions=thingwright-source',
      'src/cli/main.ts',
      'serve',
      'examples/greenhouse/main.ts',
    ];
    const failure = await run(process.execPath, [...served, ...flags], { cwd: root }).catch((error) => error);
    expect(failure).toMatchObject({ code: 1, stdout: '' });
    expect(failure.stderr.trim().split('\n')).toEqual([
      expect.stringMatching(new RegExp(`port ${port} .*--${scheme}\\b`, 'i')),
    ]);
  });

  test.for(['SIGTERM', 'SIGINT'] as const)('%s stops it with subscribers connected', async (signal) => {
    const own = await startGreenhouse();
    const http = own.address('http');
    const mqtt = new URL(own.address('mqtt'));
    const topic = ['-t', 'things/+/properties/+'];
    const temperature = 'things/zone-1-air-temperature/properties/temperature';
    const subscribers = [
      spawn('curl', ['-sN', '-H', 'Accept: text/event-stream', `${http}/${temperature}`]),
      spawn(parts.command('coap-client'), ['-m', 'get', '-s', '60', `${own.address('coap')}/${temperature}`]),
      spawn(parts.command('mosquitto_sub'), ['-h', mqtt.hostname, '-p', mqtt.port, ...topic]),
      spawn(process.execPath, ['src/cli/wot.js', 'observe', `${http}/things/weather-station`], { cwd: root }),
    ];
    try {
      await Promise.all(subscribers.map((subscriber) => collect(subscriber).has(/\d/)));
      const begun = performance.now();
      own.process.kill(signal);
      const [code] = await once(own.process, 'exit');
      console.log(`${signal} stopped the greenhouse in ${Math.round(performance.now() - begun)} ms.`);
      expect(code).toBe(0);
    } finally {
      await Promise.all(subscribers.map(ended));
      await own.stop();
    }
  });
});

function linesToPaste(output: string): readonly string[] {
  const [, block = ''] = output.split(/Paste one of these:\n/);
  return (block.split('\n\n')[0] ?? '').split('\n').map((line) => line.trim());
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}
