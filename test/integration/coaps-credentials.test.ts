import { expect, test } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { coapsTcp } from '../../src/bindings/coap/coap-tcp-server.ts';
import { coaps } from '../../src/bindings/coap/coaps-server.ts';
import { DtlsConnection } from '../../src/bindings/coap/dtls/process/dtls-connection.ts';
import { loadOpenSsl } from '../../src/bindings/coap/dtls/process/openssl.ts';
import type { ServerSecurity } from '../../src/bindings/coap/security/credentials.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import { failureOf } from '../support/failure-of.ts';
import { key } from '../support/secure-box.ts';

test.each<[string, string, Uint8Array]>([
  ['an empty key', 'valve-1', Buffer.alloc(0)],
  ['a key in hex', 'valve-1', '0123456789abcdef' as unknown as Uint8Array],
  ['a key that OpenSSL has no room for', 'valve-1', Buffer.alloc(513, 's')],
  ['a name that OpenSSL has no room for', 'é'.repeat(128), key],
  ['a name with NUL', 'valve-1\0', key],
  ['no name', '', key],
])('%s is refused, and not told', async (_, identity, psk) => {
  const client = coapClient({ security: { psk: { identity, key: psk } } });
  const read = (scheme: string) =>
    client.request({ op: 'readproperty', form: { href: `${scheme}://127.0.0.1:1/x` }, timeout: 3000 });
  const refusals = await Promise.all([
    failureOf(() => coaps({ psk: { [identity]: psk } })),
    failureOf(() => coaps({ psk: { other: key } }).updateKeys({ [identity]: psk })),
    failureOf(() => coapsTcp({ psk: { [identity]: psk } })),
    failureOf(() => read('coaps')),
    failureOf(() => read('coaps+tcp')),
  ]);
  await client.stop();
  for (const refusal of refusals) {
    expect(refusal).toMatch(/^invalid CREDENTIALS_REFUSED: The pre-shared key of .* 1 to 512/);
    expect(refusal).not.toMatch(/sss|73 73|0123456789abcdef/);
  }
});

test.each<[string, ServerSecurity]>([
  ['nothing', {}],
  ['no key', { psk: {} }],
  ['a certificate without its key', { psk: { a: key }, cert: 'x' }],
  ['a key without its certificate', { psk: { a: key }, key: 'x' }],
  ['empty files', { cert: '', key: '' }],
])('over DTLS and TLS alike a server with %s is refused', async (_, security) => {
  for (const make of [coaps, coapsTcp])
    expect(await failureOf(() => make(security))).toMatch(/^invalid CREDENTIALS_MISSING: coaps.* needs/);
});

test('keys cannot be added where none were taken', async () => {
  const made = coaps({ cert: 'x', key: 'y' });
  expect(await failureOf(() => made.updateKeys({ 'valve-1': key }))).toMatch(/^invalid CREDENTIALS_MISSING/);
});

test('a host that no certificate can be checked for is not spoken to', async () => {
  const openSsl = await loadOpenSsl();
  const nothing = () => undefined;
  const events = { transmit: nothing, up: nothing, message: nothing, ended: nothing, late: nothing };
  const parts = { openSsl, clock: systemClock, credentials: {}, events };
  expect(() => new DtlsConnection({ ...parts, host: 'fe80::1%lo' })).toThrow(/fe80::1%lo/);
  new DtlsConnection({ ...parts, host: 'fe80::1' }).close();
});
