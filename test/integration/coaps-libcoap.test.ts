import { describe, expect, type TestContext, test, vi } from 'vitest';
import type { ClientSecurity } from '../../src/bindings/coap/security/credentials.ts';
import { makeCertificate } from '../support/certificate.ts';
import {
  authorityArguments,
  certificateArguments,
  expectToWork,
  libcoap,
  securedLibcoap,
} from '../support/libcoap.ts';
import { boxClient, key, large, secureBox } from '../support/secure-box.ts';
import { needs } from '../support/system-parts.ts';

const openssl = needs('openssl');
const missing = libcoap.missing || openssl.missing;
const note = libcoap.note || openssl.note;

async function box({ onTestFinished }: TestContext, ...given: Parameters<typeof secureBox>) {
  const started = await secureBox(...given);
  onTestFinished(() => started.stop());
  return started;
}

describe.skipIf(missing).concurrent(`libcoap's coap-client${note}`, () => {
  const valve = ['-u', 'valve-1', '-k', key.toString()];

  test.for(securedLibcoap)(
    'of $library, with a key: reads, writes 100 kB, observes',
    async ({ ask, startClient }, context) => {
      const { base, thing, asked } = await box(context);
      expect(await ask(...valve, `${base}/flag`)).toBe('false');
      expect(await ask(...valve, `${base}/text`)).toBe(JSON.stringify(large));
      const text = JSON.stringify('a'.repeat(100_000));
      expect(await ask(...valve, '-m', 'put', '-e', text, `${base}/text`)).toBe('');
      expect(thing.get('text')).toBe('a'.repeat(100_000));
      const { output, stop } = startClient(...valve, '-s', '30', '-w', `${base}/text`);
      context.onTestFinished(stop);
      for (const next of ['x', large, 'z']) {
        await vi.waitFor(() => expect(output().length).toBeGreaterThan(0), 5000);
        thing.set('text', next);
        await vi.waitFor(() => expect(output()).toContain(JSON.stringify(next)), 5000);
      }
      expect(new Set(asked)).toEqual(new Set(['psk:valve-1']));
    },
  );

  test.for(securedLibcoap)(
    'of $library, with a wrong key or of unknown identity, gets nothing',
    async ({ ask }, context) => {
      const { base, asked } = await box(context);
      const wrong = [['-u', 'valve-1', '-k', 'wrong'], ['-u', 'other', '-k', key.toString()]] as const; // biome-ignore format: a table
      const said = wrong.map((who) => ask('-B', '2', ...who, `${base}/flag`));
      for (const output of await Promise.all(said)) expect(output).not.toContain('false');
      expect(asked).toEqual([]);
    },
  );

  test.for(securedLibcoap)(
    'of $library, with a certificate; without one it gets nothing',
    async ({ ask }, context) => {
      const [server, device, rogue] = [
        makeCertificate(),
        makeCertificate('valve-7'),
        makeCertificate('rogue'),
      ];
      const { base, asked } = await box(context, { ...server, ca: device.cert });
      const trusted = authorityArguments(server, context);
      const read = (...args: readonly string[]) => ask('-B', '2', ...trusted, ...args, `${base}/text`);
      expect(await read(...certificateArguments(device, context))).toBe(JSON.stringify(large));
      expect(await read(...certificateArguments(rogue, context))).not.toContain('é');
      expect(await read()).not.toContain('é');
      expect(new Set(asked)).toEqual(new Set(['cert:valve-7']));
    },
  );
});

describe.skipIf(missing).concurrent(`libcoap's coap-server${note}`, () => {
  test.for(securedLibcoap)(
    'of $library: with a key, and with certificates',
    async ({ startServer }, context) => {
      const [server, device] = [makeCertificate(), makeCertificate('valve-7')];
      const credentials = [...certificateArguments(server, context), ...authorityArguments(device, context)];
      const { port, stop } = await startServer('-k', key.toString(), ...credentials);
      context.onTestFinished(stop);
      const works = (security: ClientSecurity): Promise<void> => {
        const { client, stop: stopClient } = boxClient(security);
        context.onTestFinished(stopClient);
        return expectToWork(client, `coaps://127.0.0.1:${port}`);
      };
      await works({ psk: { identity: 'valve-1', key } });
      await works({ ca: server.cert, ...device });
    },
  );
});
