import { describe, expect, type TestContext, test, vi } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { coapsTcp, coapTcp } from '../../src/bindings/coap/coap-tcp-server.ts';
import type { ClientSecurity } from '../../src/bindings/coap/security/credentials.ts';
import type { ServerBinding } from '../../src/contracts/binding.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { makeCertificate } from '../support/certificate.ts';
import {
  askLibcoap,
  authorityArguments,
  certificateArguments,
  expectToWork,
  libcoap,
  securedLibcoap,
  startCoapClient,
  startCoapServer,
} from '../support/libcoap.ts';
import { needs } from '../support/system-parts.ts';

const openssl = needs('openssl');
const missing = libcoap.missing || openssl.missing;
const note = libcoap.note || openssl.note;
const key = '0123456789abcdef';
const large = 'é'.repeat(50_000);

async function valve({ onTestFinished }: TestContext, binding: ServerBinding) {
  const callers = new Set<string>();
  const access = { allows: ({ name }: { readonly name: string }) => callers.add(name).size > 0 };
  const servient = createServient({ bindings: [binding], access });
  await servient.start();
  onTestFinished(() => servient.stop());
  let thing: ThingHandle | undefined;
  await servient.expose({
    td: {
      title: 'Valve',
      properties: {
        open: { type: 'boolean', observable: true },
        text: { type: 'string', observable: true },
      },
    },
    options: { name: 'valve' },
    handlers: (handle) => {
      thing = handle;
      return { properties: { open: { initial: false }, text: { initial: large } } };
    },
  });
  return { base: `${servient.addresses[0]}/things/valve`, thing: thing as ThingHandle, callers };
}

describe.skipIf(missing).concurrent(`libcoap's coap-client over TCP${note}`, () => {
  test('reads, writes 100 KB, sees errors, observes', async (context) => {
    const { base, thing } = await valve(context, coapTcp({ port: 0 }));
    expect(await askLibcoap(`${base}/properties/open`)).toBe('false');
    expect(await askLibcoap(`${base}/properties/text`)).toBe(JSON.stringify(large));
    expect(await askLibcoap('-b', '64', `${base}/properties/text`)).toBe(JSON.stringify(large));
    const text = JSON.stringify('a'.repeat(100_000));
    expect(await askLibcoap('-m', 'put', '-e', text, `${base}/properties/text`)).toBe('');
    expect(thing.get('text')).toBe('a'.repeat(100_000));
    expect(await askLibcoap(`${base}/properties/none`)).toMatch(/^4\.04.*PATH_UNKNOWN/s);
    const { output, stop } = startCoapClient('-s', '30', '-w', `${base}/properties/text`);
    context.onTestFinished(stop);
    for (const next of ['x', large, 'z']) {
      await vi.waitFor(() => expect(output().length).toBeGreaterThan(0), 5000);
      thing.set('text', next);
      await vi.waitFor(() => expect(output()).toContain(JSON.stringify(next)), 5000);
    }
  });

  test.for(securedLibcoap)('of $library: TLS with keys and with certificates', async ({ ask }, context) => {
    const server = makeCertificate();
    const client = makeCertificate('valve-7');
    const { base, callers } = await valve(
      context,
      coapsTcp({ port: 0, ...server, ca: client.cert, psk: { 'valve-1': Buffer.from(key) } }),
    );
    const trusted = authorityArguments(server, context);
    const text = `${base}/properties/text`;
    expect(await ask('-u', 'valve-1', '-k', key, text)).toBe(JSON.stringify(large));
    expect(await ask(...trusted, ...certificateArguments(client, context), text)).toBe(JSON.stringify(large));
    expect([...callers]).toEqual(['psk:valve-1', 'cert:valve-7']);
    expect(await ask('-B', '2', '-u', 'valve-1', '-k', 'wrong', text)).not.toContain('é');
    expect(await ask('-B', '2', ...trusted, text)).not.toContain('é');
  });
});

describe.skipIf(missing).concurrent(`libcoap's coap-server over TCP${note}`, () => {
  const client = ({ onTestFinished }: TestContext, security: ClientSecurity = {}) => {
    const made = coapClient({ security });
    onTestFinished(() => made.stop());
    return made;
  };

  test('is read, written with 100 KB, observed', async (context) => {
    const { port, stop } = await startCoapServer();
    context.onTestFinished(stop);
    await expectToWork(client(context), `coap+tcp://127.0.0.1:${port}`);
  });

  test.for(securedLibcoap)(
    'of $library: over TLS with a key and with certificates',
    async ({ library, startServer }, context) => {
      const [server, device] = [makeCertificate(), makeCertificate('valve-7')];
      const credentials = [...certificateArguments(server, context), ...authorityArguments(device, context)];
      const { port, stop } = await startServer('-k', key, ...credentials);
      context.onTestFinished(stop);
      // With GnuTLS libcoap 4.3.1 cannot take more over TLS, not from its own client either.
      const size = library === 'gnutls' ? 1000 : 100_000;
      const psk = { identity: 'valve-1', key: Buffer.from(key) };
      const ways = [{ psk }, { ca: server.cert, ...device }];
      const works = (way: ClientSecurity) =>
        expectToWork(client(context, way), `coaps+tcp://127.0.0.1:${port}`, size);
      await Promise.all(ways.map(works));
    },
  );
});
