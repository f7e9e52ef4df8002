import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { type CoapsTcpOptions, coapsTcp, coapTcp } from '../../src/bindings/coap/coap-tcp-server.ts';
import type { ClientSecurity, SecurityChoice } from '../../src/bindings/coap/security/credentials.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { needs } from '../support/system-parts.ts';

const { missing, note, command: openssl } = needs('openssl');
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const key = Buffer.from('0123456789abcdef');
const psk: ClientSecurity = { psk: { identity: 'valve-1', key } };

/** A box whose one property says who asked last. */
async function box(security?: Omit<CoapsTcpOptions, 'port'>) {
  let asked = '';
  const servient = createServient({
    bindings: [security ? coapsTcp({ port: 0, ...security }) : coapTcp({ port: 0 })],
    access: {
      allows({ name }) {
        asked = name;
        return true;
      },
    },
  });
  await servient.start();
  cleanups.push(() => servient.stop());
  await servient.expose({
    td: { title: 'Box', properties: { text: { type: 'string' } } },
    options: { name: 'box' },
    handlers: () => ({ properties: { text: { initial: 't'.repeat(100_000) } } }),
  });
  const base = servient.addresses[0] ?? '';
  return { base, port: Number(new URL(base).port), caller: () => asked };
}

function read(base: string, security?: SecurityChoice): Promise<unknown> {
  const client = coapClient(security && { security });
  cleanups.push(() => client.stop());
  const form = { href: `${base}/things/box/properties/text` };
  return client.request({ op: 'readproperty', form, timeout: 3000 });
}

const failure = (base: string, security?: SecurityChoice) => failureOf(() => read(base, security));

describe('with pre-shared keys', () => {
  test('who has the key is served, and is the caller; the choice may be by address', async () => {
    const { base, caller } = await box({ psk: { 'valve-1': key } });
    expect(base).toMatch(/^coaps\+tcp:\/\/127\.0\.0\.1:\d+$/);
    await read(base, psk);
    expect(caller()).toBe('psk:valve-1');
    await read(base, (target) => (base.startsWith(`coaps+tcp://${target.host}`) ? psk : undefined));
  });

  test.each([
    ['a wrong key', 'HANDSHAKE_REFUSED', { psk: { identity: 'valve-1', key: Buffer.alloc(16) } }],
    ['an unknown identity', 'HANDSHAKE_REFUSED', { psk: { identity: 'toString', key } }],
    ['no key', 'CREDENTIALS_MISSING', {}],
  ])('%s is refused', async (_, code, security) => {
    const { base } = await box({ psk: { 'valve-1': key } });
    expect(await failure(base, security)).toMatch(
      new RegExp(`^unauthenticated ${code}: coaps\\+tcp:.*security`),
    );
    await read(base, psk);
  });

  test('an unknown identity is told no other thing than a wrong key', async () => {
    const { base } = await box({ psk: { 'valve-1': key } });
    const reasons = await Promise.all(
      ['valve-1', 'valve-2'].map((identity) => failure(base, { psk: { identity, key: Buffer.alloc(16) } })),
    );
    expect(reasons[0]).toBe(reasons[1]);
  });

  test('a session is not resumed, for it would have lost whose it is', async () => {
    const { port } = await box({ psk: { 'valve-1': key } });
    const handshake = async (session?: Buffer): Promise<{ session?: Buffer; isReused: boolean }> => {
      const socket = connectTls({
        port,
        ...(session && { session }),
        maxVersion: 'TLSv1.2',
        ciphers: 'PSK-AES128-GCM-SHA256',
        pskCallback: () => ({ identity: 'valve-1', psk: key }),
        checkServerIdentity: () => undefined,
      });
      await once(socket, 'data');
      const got = socket.getSession();
      const isReused = socket.isSessionReused();
      socket.destroy();
      return { ...(got && { session: got }), isReused };
    };
    const { session } = await handshake();
    expect((await handshake(session)).isReused).toBe(false);
  });

  test('a server without TLS, and one of nothing but noise', async () => {
    const { base, port } = await box();
    expect(await failure(base.replace('coap+', 'coaps+'), psk)).toMatch(/^unavailable CONNECTION_FAILED/);
    await read(base);
    const secured = await box({ psk: { 'valve-1': key } });
    const noise = connect(secured.port, '127.0.0.1').on('error', () => undefined);
    noise.write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => noise.once('close', resolve));
    await read(secured.base, psk);
    expect(port).not.toBe(secured.port);
  });
});

test('a certificate that is none is refused', async () => {
  expect(await failureOf(() => coapsTcp({ cert: 'x', key: 'y' }))).toMatch(/^invalid CREDENTIALS_REFUSED/);
});

describe.skipIf(missing)(`with certificates${note}`, () => {
  const server = missing ? undefined : makeCertificate();
  const { cert = '', key: serverKey = '' } = server ?? {};
  const own = { cert, key: serverKey };

  test('a trusted server is spoken to by name and by address; keys are good there, too', async () => {
    const { base, caller } = await box({ ...own, psk: { 'valve-1': key } });
    await read(base, { ca: cert });
    expect(caller()).toBe('anonymous');
    await read(base.replace('127.0.0.1', 'localhost'), { ca: cert });
    await read(base, psk);
    expect(caller()).toBe('psk:valve-1');
  });

  test.each([
    ['ECDHE-ECDSA-AES128-CCM8', ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0']],
    ['ECDHE-ECDSA-AES128-GCM-SHA256', ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256']],
    ['TLS_AES_128_GCM_SHA256', ['-tls1_3', '-ciphersuites', 'TLS_AES_128_GCM_SHA256']],
  ])('a device may have %s alone', async (suite, choice) => {
    const { port } = await box(own);
    const device = spawn(openssl('openssl'), ['s_client', '-connect', `127.0.0.1:${port}`, ...choice]);
    device.stdin.end();
    expect(await text(device.stdout)).toContain(`Cipher is ${suite}\n`);
  });

  test('is bound beyond loopback only where every caller is known', async () => {
    const { base } = await box({ host: '0.0.0.0', psk: { 'valve-1': key } });
    await read(base.replace(/\/\/[^:]*/, '//127.0.0.1'), psk);
    expect(await failureOf(() => box({ host: '0.0.0.0', ...own }))).toMatch(/^forbidden OPEN_BIND_REFUSED/);
  });

  test('an unknown authority and another host name are refused by the client', async () => {
    const { base } = await box(own);
    expect(await failure(base)).toMatch(/^internal CERTIFICATE_NOT_TRUSTED: coaps\+tcp:.*ca/);
    const other = makeCertificate('other.example');
    const wrong = await box(other);
    expect(await failure(wrong.base, { ca: other.cert })).toMatch(
      /^internal CERTIFICATE_NOT_TRUSTED.*an address that it names/,
    );
    expect(await failure(base, { ca: cert, cert: 'x', key: 'y' })).toMatch(/^invalid CREDENTIALS_REFUSED/);
  });

  test.each([
    ['', {}, /^unauthenticated (HANDSHAKE_REFUSED|CREDENTIALS_MISSING)/],
    [
      ' or a key',
      { psk: { 'valve-1': key } },
      /^(unauthenticated HANDSHAKE_REFUSED|unavailable CONNECTION_FAILED)/,
    ],
  ])(
    'a server with authorities takes who has a certificate of theirs%s, and nobody else',
    async (_, keys, refused) => {
      const client = makeCertificate('valve-7');
      const { base, caller } = await box({ ...own, ca: client.cert, ...keys });
      await read(base, { ca: cert, ...client });
      expect(caller()).toBe('cert:valve-7');
      for (const security of [{ ca: cert }, { ca: cert, ...makeCertificate('valve-7') }]) {
        expect(await failure(base, security)).toMatch(refused);
      }
    },
  );
});
