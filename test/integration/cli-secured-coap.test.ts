import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { coaps, coapsTcp, coapTcp, createServient, defineThing } from 'thingwright';
import { describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../support/markdown.ts';
import { key } from '../support/secure-box.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const lamp = defineThing(
  { title: 'Lamp', properties: { level: { type: 'integer' } } },
  { properties: { level: { initial: 5 } } },
);

/** A lamp over CoAP that is secured or on streams: its address by the scheme, and the arguments for keys that are such a text. */
async function site() {
  const psk = { 'valve-1': key };
  const bindings = [coapTcp({ port: 0 }), coaps({ port: 0, psk }), coapsTcp({ port: 0, psk })];
  const servient = createServient({ bindings });
  onTestFinished(() => servient.stop());
  await servient.start();
  await servient.expose(lamp);
  const file = join(temporaryFolder(), 'keys');
  return {
    lamp: (scheme: string) =>
      `${servient.addresses.find((address) => address.startsWith(`${scheme}:`))}/things/lamp`,
    keys(text: string): readonly string[] {
      writeFileSync(file, text);
      return ['--psk-file', file];
    },
  };
}

async function wot(...args: readonly string[]) {
  const command = ['--conditions=thingwright-source', 'src/cli/main.ts', ...args];
  const options = { cwd: root, env: { ...process.env, NO_COLOR: '1' } };
  const done = run(process.execPath, command, options).then((said) => ({ code: 0, ...said }));
  const { code, stdout, stderr } = await done.catch((error) => error);
  return { code, out: stdout.trim(), said: stderr.trim() };
}

describe('the command line', () => {
  test.each(['coap+tcp', 'coaps', 'coaps+tcp'])('reads over %s, and ends by itself', async (scheme) => {
    const { lamp: at, keys } = await site();
    const args = scheme === 'coap+tcp' ? [] : keys(`valve-1:${key.toString('hex')}`);
    expect(await wot('read', at(scheme), 'level', ...args)).toEqual({ code: 0, out: '5', said: '' });
  });

  test.each([
    ['no key', '', 5, /^wot: coaps:\S+ takes only who shows a key.*--psk-file.*$/],
    ['a wrong key', `valve-1:${'00'.repeat(16)}`, 6, /^wot: coaps:\S+ did not answer within 1500 ms.*$/],
    ['a malformed key', 'valve-1:00', 2, /^wot: \S+ line 1 has a key of fewer than 16 bytes.*$/],
  ])('with %s it says in one line why not', async (_, text, code, said) => {
    const { lamp: at, keys } = await site();
    const args = text === '' ? [] : keys(text);
    const done = await wot('td', at('coaps'), '--timeout', '1500', ...args);
    expect(done).toEqual({ code, out: '', said: expect.stringMatching(said) });
  });
});
