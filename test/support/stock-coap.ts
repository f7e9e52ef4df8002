import { networkInterfaces } from 'node:os';
import { CoapServer } from '@node-wot/binding-coap';
import { Servient } from '@node-wot/core';
import { onTestFinished } from 'vitest';
import type { PartialTd } from '../../src/contracts/td.ts';

/** The stock server needs a network beyond loopback. */
export const isLoopbackOnly = Object.values(networkInterfaces())
  .flat()
  .every((address) => address?.internal);

/** What follows the name of a test that is skipped for want of one. */
export const skippedNote = isLoopbackOnly
  ? ' (skipped: the stock server needs a network beyond loopback)'
  : '';

/** A Thing at a stock CoAP server, until the test is finished; not exposed yet. */
export async function stockCoap(init: WoT.ExposedThingInit) {
  const servient = new Servient();
  const server = new CoapServer({ port: 0, address: '127.0.0.1' });
  servient.addServer(server);
  const WoT = await servient.start();
  onTestFinished(() => servient.shutdown());
  const base = `coap://127.0.0.1:${server.getPort()}`;
  // The stock server names the machine's addresses whatever it is bound to.
  const parseTd = (text: string) => JSON.parse(text.replaceAll(/coap:\/\/.*?:\d+/g, base)) as PartialTd;
  return { produced: await WoT.produce(init), base, parseTd };
}
