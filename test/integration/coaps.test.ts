import { afterEach, describe, expect, test, vi } from 'vitest';
import { coaps } from '../../src/bindings/coap/coaps-server.ts';
import type { ClientSecurity } from '../../src/bindings/coap/security/credentials.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { Notification } from '../../src/contracts/binding.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import type { Form, ThingDescription } from '../../src/contracts/td.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { keepingLogger } from '../support/logged.ts';
import { boxClient, key, large, secureBox } from '../support/secure-box.ts';
import { needs } from '../support/system-parts.ts';

const { missing, note } = needs('openssl');
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function box(...given: Parameters<typeof secureBox>) {
  const started = await secureBox(...given);
  cleanups.push(() => started.stop());
  return started;
}

function client(security?: ClientSecurity) {
  const made = boxClient(security);
  cleanups.push(() => made.stop());
  return made;
}

describe('with pre-shared keys', () => {
  test('100 kB are read and written, and changes observed', async () => {
    const { base, thing } = await box();
    const { client: binding, read } = client();
    const form = { href: `${base}/text`, contentType: 'application/json' };
    expect(await read(form.href)).toBe(large);
    const body = Buffer.from(JSON.stringify('w'.repeat(100_000)));
    const content = { type: 'application/json', body };
    await binding.request({ op: 'writeproperty', form, content, timeout: 5000 });
    expect(thing.get('text')).toBe('w'.repeat(100_000));

    const told: Notification[] = [];
    const failed = vi.fn();
    const end = await binding.subscribe(
      { op: 'observeproperty', form, timeout: 5000 },
      { next: (notification) => told.push(notification), failed, ended: failed },
    );
    thing.set('text', large);
    await vi.waitFor(() =>
      expect(Buffer.from(told.at(-1)?.content?.body ?? []).toString()).toBe(JSON.stringify(large)),
    );
    await end();
    expect(failed).not.toHaveBeenCalled();
  });

  test('the access policy sees who has the key, and can refuse', async () => {
    const { base, asked } = await box(undefined, undefined, (_, right) => right === 'read');
    const { client: binding, read } = client();
    expect(await read(`${base}/flag`)).toBe(false);
    const content = { type: 'application/json', body: Buffer.from('true') };
    const write = { op: 'writeproperty', form: { href: `${base}/flag` }, content, timeout: 5000 } as const;
    expect(await failureOf(() => binding.request(write))).toMatch(/^forbidden .*psk:valve-1/);
    expect(new Set(asked)).toEqual(new Set(['psk:valve-1']));
  });

  test('a wrong key and an unknown identity get nowhere', async () => {
    const { base, asked } = await box();
    const wrong = [
      { identity: 'valve-1', key: Buffer.alloc(16) },
      { identity: 'toString', key },
    ];
    const failures = wrong.map((psk) => failureOf(() => client({ psk }).read(`${base}/flag`, 1500)));
    for (const failure of await Promise.all(failures)) expect(failure).toMatch(/^timeout/);
    expect(asked).toEqual([]);
    expect(await client().read(`${base}/flag`)).toBe(false);
  });

  test('a consumer without a key goes another way, also to write', async () => {
    const { base, asked } = await box();
    const psk = { identity: 'valve-1', key };
    const thing = await consume<ThingDescription>(base.replace('/properties', ''), { psk });
    cleanups.push(() => thing.stop());
    await thing.properties['flag']?.write(true);
    expect(asked.at(-1)).toBe('psk:valve-1');
    const open = await consume<ThingDescription>(thing.td);
    cleanups.push(() => open.stop());
    await open.properties['flag']?.write(false);
    expect([asked.at(-1), await thing.properties['flag']?.read()]).toEqual(['anonymous', false]);
    const secured = { form: ({ href }: Form) => href.startsWith('coaps:') };
    expect(await failureOf(async () => open.properties['flag']?.read(secured))).toMatch(
      /^unauthenticated CREDENTIALS_MISSING: coaps:.*--psk-file/,
    );
  });

  test('a key that is taken away ends its sessions, others live on', async () => {
    const other = Buffer.alloc(16, 7);
    const { base, binding, asked } = await box({ psk: { 'valve-1': key, 'valve-2': other } });
    const [first, second] = [client(), client({ psk: { identity: 'valve-2', key: other } })];
    await Promise.all([first.read(`${base}/flag`), second.read(`${base}/flag`)]);
    binding.updateKeys({ 'valve-2': other, 'valve-3': key });
    const before = asked.length;
    expect(await failureOf(() => first.read(`${base}/flag`, 1500))).toMatch(/^timeout/);
    expect(await second.read(`${base}/flag`)).toBe(false);
    expect(await client({ psk: { identity: 'valve-3', key } }).read(`${base}/flag`)).toBe(false);
    expect(asked.slice(before)).toEqual(['psk:valve-2', 'psk:valve-3']);
  });
});

describe.skipIf(missing)(`with certificates${note}`, () => {
  const server = makeCertificate();
  const device = makeCertificate('valve-7');
  const rogue = makeCertificate('rogue');

  test('the access policy sees the common name', async () => {
    const { base, asked } = await box({ ...server, ca: device.cert });
    expect(await client({ ...device, ca: server.cert }).read(`${base}/flag`)).toBe(false);
    expect(asked).toEqual(['cert:valve-7']);
  });

  test('without ca anybody may come, and is nobody', async () => {
    const { base, asked } = await box(server);
    const byName = base.replace('127.0.0.1', 'localhost');
    expect(await client({ ca: server.cert }).read(`${byName}/flag`)).toBe(false);
    expect(asked).toEqual(['anonymous']);
  });

  test('keys and certificates go together', async () => {
    const { base, asked } = await box({ ...server, ca: device.cert, psk: { 'valve-1': key } });
    expect(await client().read(`${base}/flag`)).toBe(false);
    expect(await client({ ...device, ca: server.cert }).read(`${base}/flag`)).toBe(false);
    expect(asked).toEqual(['psk:valve-1', 'cert:valve-7']);
  });

  test.each<[string, ClientSecurity, RegExp]>([
    ['a client without a certificate', { ca: server.cert }, /^unauthenticated CREDENTIALS_MISSING/],
    ['one of another authority', { ...rogue, ca: server.cert }, /^unauthenticated HANDSHAKE_REFUSED/],
    ['a client with a key alone', {}, /^internal CERTIFICATE_NOT_TRUSTED/],
    ['a server of another authority', { ...device, ca: rogue.cert }, /^internal CERTIFICATE_NOT_TRUSTED/],
    ['a key of another certificate', { ...device, key: rogue.key }, /^invalid CREDENTIALS_REFUSED/],
    ['a certificate without its key', { cert: device.cert }, /^invalid CREDENTIALS_REFUSED/],
  ])('%s is refused', async (_, security, failure) => {
    const { base, asked } = await box({ ...server, ca: device.cert });
    expect(await failureOf(() => client(security).read(`${base}/flag`))).toMatch(failure);
    expect(asked).toEqual([]);
  });

  test('a server that has another name is refused', async () => {
    const { base } = await box(device);
    expect(await failureOf(() => client({ ca: device.cert }).read(`${base}/flag`))).toMatch(
      /^internal CERTIFICATE_NOT_TRUSTED: coaps:.*IP address mismatch/,
    );
  });
});

describe('what cannot be', () => {
  const failureOfStart = (...bindings: Parameters<typeof coaps>) =>
    failureOf(async () => {
      const servient = createServient({ bindings: bindings.map(coaps), logger: silentLogger });
      cleanups.push(() => servient.stop());
      await servient.start();
    });

  test('credentials that are no use', async () => {
    expect(await failureOfStart({ port: 0, cert: 'x', key: 'y' })).toMatch(
      /^invalid CREDENTIALS_REFUSED: .*cert/,
    );
  });

  test('a port that is taken', async () => {
    const { port } = await box();
    expect(await failureOfStart({ port, psk: { a: key } })).toMatch(
      /^unavailable ADDRESS_IN_USE: CoAPS port \d+ on 127\.0\.0\.1 .*--coaps/,
    );
  });

  test('beyond loopback only who knows its callers listens', async () => {
    const open = { port: 0, host: '0.0.0.0', cert: 'x', key: 'y' };
    expect(await failureOfStart(open)).toMatch(/^forbidden OPEN_BIND_REFUSED/);
    const { base } = await box({ host: '0.0.0.0', psk: { 'valve-1': key } });
    expect(await client().read(`${base}/flag`.replace(/\/\/[^:]*/, '//127.0.0.1'))).toBe(false);
  });

  test('without DTLS the binding says so, and the rest runs', async () => {
    const { logger, lines } = keepingLogger();
    const node = process.execPath;
    process.execPath = '/nonexistent/node';
    try {
      const { binding, base } = await box(undefined, { logger });
      expect([base, binding.addresses]).toEqual(['/things/box/properties', []]);
      expect(binding.fault?.()).toMatch(/^DTLS does not work here: .*npm install koffi/);
      expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
      expect(await failureOf(() => client().read('coaps://127.0.0.1/x'))).toMatch(
        /^unavailable DTLS_UNAVAILABLE/,
      );
    } finally {
      process.execPath = node;
    }
  });
});
