import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import type { ClientBinding, ServerBinding } from '../../src/contracts/binding.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { fetchTd } from '../support/fetch-td.ts';
import type { Harness } from './binding-suite.ts';

/** The suite's servient and client over CoAP, whatever that travels over. */
export const coapHarness = (
  server: () => ServerBinding,
  newClient: () => ClientBinding = coapClient,
): Harness => ({
  contentTypes: ['application/json', 'application/cbor'],
  async start(things, { clock, handlerTimeout }) {
    const servient = createServient({
      logger: silentLogger,
      bindings: [server()],
      ...(clock && { clock }),
      ...(handlerTimeout !== undefined && { handlerTimeout }),
    });
    await servient.start();
    for (const thing of things) await servient.expose(thing);
    const client = newClient();
    const [base] = servient.addresses;
    return {
      client,
      td: (name) => fetchTd(client, `${base}/things/${encodeURIComponent(name)}`),
      unexpose: (name) => servient.unexpose(name),
      stop: () => servient.stop(),
      resume({ form, ...request }, after, listener) {
        const href = `${form.href}${form.href.includes('?') ? '&' : '?'}after=${after}`;
        return client.subscribe({ ...request, form: { ...form, href } }, listener);
      },
    };
  },
});
