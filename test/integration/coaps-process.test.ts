import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import type { Clock } from '../../src/contracts/clock.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { childProcesses } from '../support/child-processes.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { boxClient, secureBox } from '../support/secure-box.ts';

const linux = process.platform === 'linux';
const note = linux ? '' : ' (skipped: the processes are found in /proc)';
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const dtls = () => childProcesses('dtls-process');

async function box(clock?: Clock) {
  const started = await secureBox(undefined, { logger: silentLogger, ...(clock && { clock }) });
  cleanups.push(() => started.stop());
  const [process = 0] = dtls();
  return { ...started, process };
}

describe.skipIf(!linux)(`the process that speaks DTLS${note}`, () => {
  test('is started anew when it is killed, on the same port; the Things live on', async () => {
    const { base, binding, thing, process: killed } = await box();
    const [first, second] = [boxClient(), boxClient()];
    cleanups.push(first.stop, second.stop);
    expect(await first.read(`${base}/flag`)).toBe(false);
    thing.set('text', 'kept');
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(() => expect(binding.fault?.()).toMatch(/ended with SIGKILL; it starts again/));
    await vi.waitFor(() => expect(binding.fault?.()).toBeUndefined(), 5000);
    expect(dtls()).not.toContain(killed);
    expect(await second.read(`${base}/text`)).toBe('kept');
  });

  test('is started anew when it hangs', async () => {
    const clock = fakeClock();
    const { base, binding, process: hung } = await box(clock);
    const { read, stop } = boxClient();
    cleanups.push(stop);
    clock.advance(10_000);
    await read(`${base}/flag`); // comes after the answer
    process.kill(hung, 'SIGSTOP');
    clock.advance(10_000);
    await new Promise(setImmediate);
    expect(binding.fault?.()).toBeUndefined();
    clock.advance(10_000);
    await vi.waitFor(() =>
      expect(binding.fault?.()).toMatch(/did not answer and was killed; it starts again/),
    );
    clock.advance(100);
    await vi.waitFor(() => expect(binding.fault?.()).toBeUndefined(), 5000);
    expect(dtls()).not.toContain(hung);
  });

  test('is started anew by a client, too', async () => {
    const { base, process: ofServer } = await box();
    const { read, stop } = boxClient();
    cleanups.push(stop);
    expect(await read(`${base}/flag`)).toBe(false);
    const [ofClient = 0] = dtls().filter((pid) => pid !== ofServer);
    process.kill(ofClient, 'SIGKILL');
    await vi.waitFor(async () => expect(await read(`${base}/flag`, 1000)).toBe(false), 5000);
    expect(dtls()).not.toContain(ofClient);
  });

  test('one serves all connections of a client; each ends with who started it', async () => {
    const { base, stop } = await secureBox();
    const { read, stop: stopClient } = boxClient();
    await Promise.all([read(`${base}/flag`), read(`${base.replace('127.0.0.1', 'localhost')}/flag`)]);
    expect(dtls()).toHaveLength(2);
    await stopClient();
    expect(dtls()).toHaveLength(1);
    await stop();
    expect(dtls()).toEqual([]);
  });

  test('is not started for CoAP without DTLS', async () => {
    const client = coapClient();
    const request = { op: 'readproperty', form: { href: 'coap://127.0.0.1:9/x' }, timeout: 100 } as const;
    await expect(client.request(request)).rejects.toThrow();
    expect(dtls()).toEqual([]);
    await client.stop();
  });

  test('where none may be started, CoAPS says so and the rest runs', async () => {
    const module = new URL('../support/secure-box.ts', import.meta.url).href;
    const program = `const { secureBox } = await import('${module}');
      const { binding, stop } = await secureBox();
      console.log(binding.addresses.length, binding.fault());
      await stop();`;
    const servient = spawn(process.execPath, [
      '--permission',
      '--allow-fs-read=*',
      '--conditions=thingwright-source',
      '--input-type=module',
      '-e',
      program,
    ]);
    const said = await text(servient.stdout);
    expect(said).toMatch(/^0 DTLS does not work here: .*--allow-child-process/m);
    expect(servient.exitCode ?? (await once(servient, 'exit'))[0]).toBe(0);
  });

  test('ends when its servient is killed', async () => {
    const module = new URL('../support/secure-box.ts', import.meta.url).href;
    const program = `const { secureBox } = await import('${module}'); await secureBox(); console.log('up');`;
    const servient = spawn(process.execPath, [
      '--conditions=thingwright-source',
      '--input-type=module',
      '-e',
      program,
    ]);
    await once(servient.stdout, 'data');
    const [orphan = 0] = childProcesses('dtls-process', servient.pid);
    servient.kill('SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(orphan, 0)).toThrow(/ESRCH/), 5000);
  });
});
