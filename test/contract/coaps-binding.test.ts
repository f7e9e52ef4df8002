import { afterAll } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { coaps } from '../../src/bindings/coap/coaps-server.ts';
import type { ClientBinding } from '../../src/contracts/binding.ts';
import { bindingSuite } from './binding-suite.ts';
import { coapHarness } from './coap-harness.ts';

const key = Buffer.from('0123456789abcdef');
const client = coapClient({ security: { psk: { identity: 'suite', key } } });
afterAll(() => client.stop());

// With one media type and one client, as each server and each client starts a process: what becomes of values does not depend on DTLS.
bindingSuite('coaps', {
  ...coapHarness(() => coaps({ port: 0, psk: { suite: key } }), borrowed),
  contentTypes: ['application/cbor'],
});

/** The client as a cell has it: of what it stops there are its subscriptions alone. */
function borrowed(): ClientBinding {
  const ends: (() => Promise<void>)[] = [];
  return {
    name: client.name,
    schemes: client.schemes,
    supports: (op, form) => client.supports(op, form),
    request: (request) => client.request(request),
    async subscribe(request, listener) {
      const end = await client.subscribe(request, listener);
      ends.push(end);
      return end;
    },
    async stop() {
      await Promise.all(ends.map((end) => end()));
    },
  };
}
