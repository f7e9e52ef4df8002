import { execFileSync } from 'node:child_process';
import { http } from 'thingwright';
import { describe, expect, test } from 'vitest';
import { checkTls, warnOfDates } from '../../src/security/tls-options.ts';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { keepingLogger } from '../support/logged.ts';
import { needs } from '../support/system-parts.ts';

const mounted = { base: 'http://localhost:3000/wot' };
const nothing = () => {};

describe('options of HTTP that cannot work', () => {
  test.for<readonly [Readonly<Record<string, unknown>>, RegExp]>([
    [{ port: -1 }, /`port` must be a whole number from 0 to 65535, not -1/],
    [{ port: 70_000 }, /`port`/],
    [{ port: '80' }, /`port`/],
    [{ maxConnections: 0 }, /`maxConnections` must be a whole number from 1, not 0/],
    [{ maxStreamsPerClient: -5 }, /`maxStreamsPerClient`/],
    [{ maxStreams: Number.NaN }, /`maxStreams`/],
    [{ headersTimeout: 0 }, /`headersTimeout` must be a whole number from 1 to/],
    [{ requestTimeout: Number.POSITIVE_INFINITY }, /`requestTimeout`/],
    [{ mount: 5 }, /`mount` must be a handler, such as an express app, .* not 5/],
    [{ mount: { shop: nothing } }, /"shop": a path begins with a slash/],
    [{ mount: { '/x': undefined } }, /"\/x": give a handler there, .* not undefined/],
    [{ mount: { '/things/x': nothing } }, /"\/things\/x": .*another path/],
    [{ allowedHosts: ['a.example:80'] }, /"a\.example:80": name the host alone/],
    [{ allowedHosts: ['https://a.example'] }, /name the host alone/],
    [{ mounted, port: 0 }, /`port` goes with a server of ours/],
    [{ mounted, maxConnections: 5, headersTimeout: 5 }, /`maxConnections`, `headersTimeout` goes with/],
    [{ mounted: { base: 'http://localhost/?a' } }, /`mounted.base` must be/],
    [{ mounted: { base: 'http://u:p@localhost/' } }, /`mounted.base` must be/],
  ])('%j', async ([options, message]) => {
    const failure = await failureOf(() => http(options));
    expect(failure).toMatch(/^invalid HTTP_OPTIONS_INVALID: /);
    expect(failure).toMatch(message);
  });

  test.for<Readonly<Record<string, unknown>>>([
    { maxConnections: Number.POSITIVE_INFINITY, port: 0, requestTimeout: 1 },
    { allowedHosts: ['a.example', '192.0.2.1', '::1', '[2001:db8::1]'] },
    { mount: { '/': nothing, '/shop': nothing } },
    { mounted, maxStreams: 5, http2: false },
  ])('%j can', async (options) => {
    expect(await failureOf(() => http(options))).toBe('no failure');
  });
});

const parts = needs('openssl');

describe.skipIf(parts.missing)(`TLS files${parts.note}`, () => {
  test('that break when listening are refused before', async () => {
    const { key, cert } = makeCertificate();
    const weak = execFileSync(
      parts.command('openssl'),
      ['req', '-x509', '-newkey', 'rsa:512', '-nodes', '-subj', '/CN=weak', '-keyout', '-', '-out', '-'],
      { encoding: 'utf8', stdio: 'pipe' },
    );
    expect(await failureOf(() => checkTls({ key: weak, cert: weak }))).toMatch(
      /^invalid TLS_CERTIFICATE_INVALID: `tls.cert` .*\(ee key too small\); mend or replace it\.$/,
    );
    const chain = `${cert}-----BEGIN CERTIFICATE-----\nMIIB***\n-----END CERTIFICATE-----\n`;
    const names = { key: 'k', cert: 'chain.pem', ca: '', advice: '' };
    expect(await failureOf(() => checkTls({ key, cert: chain }, names))).toMatch(
      /TLS_CERTIFICATE_INVALID: chain\.pem is not .*\(bad base64 decode\); mend/,
    );
    expect(await failureOf(() => checkTls({ key, cert: cert + cert }))).toBe('no failure');
  });

  test('that are out of date are told', () => {
    const { logger, lines } = keepingLogger();
    const tls = makeCertificate();
    const days = (count: number) => Date.now() + count * 86_400_000;
    for (const now of [days(-2), days(1), days(3)]) warnOfDates(tls, now, logger);
    const line = {
      level: 'warn',
      message: expect.stringMatching(/of CN=localhost is valid from .*, not now/),
    };
    expect(lines).toMatchObject([line, line]);
  });
});
