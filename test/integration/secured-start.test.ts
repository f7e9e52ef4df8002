import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startBanner } from '../../src/cli/start-banner.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import type { Config } from '../../src/servient/config.ts';
import { configuredServient } from '../../src/servient/configured-servient.ts';
import { failureOf } from '../support/failure-of.ts';
import { key } from '../support/secure-box.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const off = { http: false, coap: false, mqtt: false, data: false } as const;

async function started(config: Config) {
  const servient = await configuredServient({ ...off, ...config }, silentLogger);
  onTestFinished(() => servient.stop());
  await servient.start();
  return servient;
}

function keyFile(secret: Buffer): string {
  const file = join(temporaryFolder(), 'the keys');
  writeFileSync(file, `# valves: all\nvalve-1:${secret.toString('hex')}\n`);
  return file;
}

test.each([
  [key, /coap-client\S* -u valve-1 -k "\$\(grep -m1 \S+ '\/.*the keys' \|.* -m get coaps:\/\/127/],
  [Buffer.alloc(16), /npx wot ls coaps:\/\/127\S+ --psk-file '\/.*the keys'$/m],
])('a line to paste has the way to the key, not the key', async (secret, line) => {
  const pskFile = keyFile(secret);
  const banner = startBanner(await started({ coaps: 0, pskFile }), { hasPage: false, pskFile });
  expect(banner).toMatch(line);
  expect(banner).not.toContain(secret.toString('hex'));
});

test('a line to paste signs in at the broker as the servient does', async () => {
  const servient = await started({ mqtt: 0 });
  const signIn = { mqttUser: 'me', mqttPasswordFile: 'the pass' };
  const banner = (mqtt: number | string) => startBanner(servient, { hasPage: false, mqtt, ...signIn });
  expect(banner('mqtt://127.0.0.1')).toContain(` -u me -P "$(head -n 1 'the pass')" -t things/`);
  expect(banner(0)).not.toContain('-u me');
});

test('beyond loopback listens who knows all callers, and nobody else', async () => {
  const open = { host: '0.0.0.0', coaps: 0, coapsTcp: 0, pskFile: keyFile(key) };
  expect((await started(open)).addresses).toHaveLength(2);
  expect(await failureOf(() => started({ ...open, coap: 0 }))).toMatch(/^forbidden OPEN_BIND_REFUSED/);
});

test.each(['coapTcp', 'coapsTcp'] as const)('a taken port of %s is told with its flag', async (member) => {
  const other = createServer();
  onTestFinished(() => void other.close());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { readonly port: number };
  const keys = member === 'coapsTcp' ? { coaps: false as const, pskFile: keyFile(key) } : {};
  const flag = member === 'coapTcp' ? '--coap-tcp' : '--coaps-tcp';
  expect(await failureOf(() => started({ ...keys, [member]: port }))).toMatch(
    new RegExp(`^unavailable ADDRESS_IN_USE: .*${port}.* ${flag} <port>`),
  );
});
