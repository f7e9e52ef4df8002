import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { type CoapsBinding, type CoapsOptions, coaps } from '../../src/bindings/coap/coaps-server.ts';
import type { ClientSecurity } from '../../src/bindings/coap/security/credentials.ts';
import type { Principal, Right } from '../../src/contracts/access.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import { createServient, type ServientOptions } from '../../src/servient/create-servient.ts';

/** The key of every device in tests. */
export const key = Buffer.from('0123456789abcdef');

/** A servient with one Thing, `box`, over CoAPS on 127.0.0.1 (and CoAP), and who asked there. */
export interface SecureBox {
  readonly base: string;
  readonly port: number;
  readonly binding: CoapsBinding;
  readonly thing: ThingHandle;
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** What a box has: `flag`, and `text` of 100 kB. */
export const large = 'é'.repeat(50_000);

/** Starts one; `allows` is its access policy. */
export async function secureBox(
  security: Omit<CoapsOptions, 'port'> = { psk: { 'valve-1': key } },
  options: ServientOptions = {},
  allows: (principal: Principal, right: Right) => boolean = () => true,
): Promise<SecureBox> {
  const asked: string[] = [];
  const binding = coaps({ port: 0, ...security });
  const servient = createServient({
    bindings: [binding, coap({ port: 0 })],
    access: {
      allows(principal, right) {
        asked.push(principal.name);
        return allows(principal, right);
      },
    },
    ...options,
  });
  await servient.start();
  let thing: ThingHandle | undefined;
  await servient.expose({
    td: {
      title: 'Box',
      properties: {
        flag: { type: 'boolean', observable: true },
        text: { type: 'string', observable: true },
      },
    },
    options: { name: 'box' },
    handlers: (handle) => {
      thing = handle;
      return { properties: { flag: { initial: false }, text: { initial: large } } };
    },
  });
  const [base = ''] = binding.addresses;
  return {
    base: `${base}/things/box/properties`,
    port: Number(URL.parse(base)?.port),
    binding,
    thing: thing as ThingHandle,
    asked,
    stop: () => servient.stop(),
  };
}

/** A client that reads properties of a box. */
export function boxClient(security: ClientSecurity = { psk: { identity: 'valve-1', key } }) {
  const client = coapClient({ security });
  return {
    client,
    async read(href: string, timeout = 5000): Promise<unknown> {
      const form = { href, contentType: 'application/json' };
      const { content } = await client.request({ op: 'readproperty', form, timeout });
      return JSON.parse(Buffer.from(content?.body ?? []).toString());
    },
    stop: () => client.stop(),
  };
}
