import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cable, cableAddress, cannotLay, layCable } from '../support/cable.ts';
import { collect } from '../support/greenhouse.ts';
import { needs } from '../support/system-parts.ts';

const { missing, note, command } = needs('coap-client');
const coapServer = command('coap-client').replace('coap-client', 'coap-server');
const own = ['--conditions=thingwright-source'];

describe.skipIf(cannotLay !== undefined || missing)(`a network${cannotLay ?? note}`, () => {
  let cable: Cable;
  const started: ChildProcess[] = [];

  /** A servient of ours on a host. */
  async function member(host: 'one' | 'two', bind: string): Promise<void> {
    const child = cable.start(host, process.execPath, ...own, 'test/support/group-member.ts', host, bind);
    started.push(child);
    const said = collect(child);
    await Promise.race([
      said.has(/ready/),
      once(child, 'exit').then(() => Promise.reject(new Error(said.text()))),
    ]);
  }

  /** What our client hears, sorted. */
  async function hears(group: string, port: number, most: number): Promise<readonly string[]> {
    const args = [...own, 'test/support/group-asker.ts', group, String(port), String(most)];
    const { stdout } = cable.start('two', process.execPath, ...args);
    return (await text(stdout as NodeJS.ReadableStream)).trim().split('\n').sort();
  }

  /** What libcoap's client on host two hears within a second, errors included. */
  async function asked(uri: string): Promise<string> {
    const child = cable.start('two', command('coap-client'), '-N', '-B', '1', uri);
    const said = collect(child);
    await once(child, 'close');
    return said.text();
  }

  beforeAll(async () => {
    cable = layCable();
    await Promise.all([member('one', '::'), member('two', '0.0.0.0')]);
  });

  afterAll(async () => {
    for (const child of started) child.kill();
    cable.remove();
  });

  test.concurrent.each([['224.0.1.187'], ['[ff02::fd%wire]'], ['[ff05::fd]']])(
    "libcoap's client is answered by the group %s, and about an unknown path by nobody",
    async (group) => {
      const [known, unknown] = await Promise.all([
        asked(`coap://${group}/.well-known/core`),
        asked(`coap://${group}/nothing/here`),
      ]);
      expect(known).toMatch(/<\/things\/(one|two)>/);
      expect(unknown).toBe('');
    },
  );

  test('our client hears all members of a group within the leisure', async () => {
    const heard = await hears('224.0.1.187', 5683, 2);
    expect(heard).toEqual([
      expect.stringMatching(/^10\.77\.0\.1 .*<\/things\/one>/),
      expect.stringMatching(/^10\.77\.0\.2 .*<\/things\/two>/),
    ]);
    expect(await hears('ff02::fd%wire', 5683, 1)).toEqual([
      expect.stringMatching(/^fe80::1%wire .*<\/things\/one>/),
    ]);
  });

  test("our client hears libcoap's coap-server", async () => {
    const args = ['-p', '5693', '-g', '224.0.1.187', '-v', '7'];
    const server = cable.start('one', coapServer, ...args);
    started.push(server);
    await collect(server).has(/5693/);
    await asked(`coap://${cableAddress.one}:5693/time`); // when it answers, it has joined
    expect(await hears('224.0.1.187', 5693, 1)).toEqual([expect.stringMatching(/^10\.77\.0\.1 .*<\/time>/)]);
  });

  test('a port that another servient has is told, though groups share it', async () => {
    const child = cable.start('one', process.execPath, ...own, 'test/support/group-member.ts', 'late', '::');
    const said = collect(child);
    await once(child, 'close');
    expect(said.text()).toMatch(/ADDRESS_IN_USE/);
  });
});
