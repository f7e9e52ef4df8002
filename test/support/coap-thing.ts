import { coap } from '../../src/bindings/coap/coap-server.ts';
import { blockOption } from '../../src/bindings/coap/messages/block.ts';
import { methodCode } from '../../src/bindings/coap/messages/coap-code.ts';
import type { CoapOption, Message } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionBytes,
  optionNumber,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import type { ThingHandle, ThingHandlers } from '../../src/contracts/definition.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { createServient, type Servient, type ServientOptions } from '../../src/servient/create-servient.ts';
import { type UdpPeer, udpPeer } from './udp-peer.ts';

interface CoapThing {
  readonly servient: Servient;
  readonly thing: ThingHandle;
  readonly port: number;
  /** Another address than 127.0.0.1 is another peer. */
  peer(address?: string): Promise<UdpPeer>;
  stop(): Promise<void>;
}

/** A servient with one Thing, `box`, on a CoAP port of 127.0.0.1. */
export async function coapThing(
  td: Omit<PartialTd, 'title'>,
  handlers: ThingHandlers,
  options: ServientOptions = {},
): Promise<CoapThing> {
  const servient = createServient({ bindings: [coap({ port: 0 })], ...options });
  await servient.start();
  let thing: ThingHandle | undefined;
  await servient.expose({
    td: { title: 'Box', ...td },
    options: { name: 'box' },
    handlers: (handle) => {
      thing = handle;
      return handlers;
    },
  });
  const port = Number(new URL(servient.addresses[0] ?? '').port);
  const peers: UdpPeer[] = [];
  return {
    servient,
    thing: thing as ThingHandle,
    port,
    async peer(address) {
      const peer = await udpPeer(port, address);
      peers.push(peer);
      return peer;
    },
    async stop() {
      for (const peer of peers) peer.close();
      await servient.stop();
    },
  };
}

/** A request to a path below `/things/box`, or to another one that begins with a slash. */
export function request(
  method: keyof typeof methodCode,
  path: string,
  {
    options = [],
    payload = '',
  }: { readonly options?: readonly CoapOption[]; readonly payload?: string | Buffer } = {},
): Pick<Message, 'code' | 'options' | 'payload'> {
  const [segments = '', ...queries] = (path.startsWith('/') ? path : `things/box/${path}`).split(/[?&]/);
  return {
    code: methodCode[method],
    options: [
      ...segments
        .split('/')
        .filter(Boolean)
        .map((segment) => textOption(optionNumber.uriPath, segment)),
      ...queries.map((query) => textOption(optionNumber.uriQuery, query)),
      ...options,
    ],
    payload: Buffer.from(payload),
  };
}

export const json = ({ payload }: Message): unknown => JSON.parse(payload.toString());

export const etagOf = ({ options }: Message): Buffer | undefined => optionBytes(options, optionNumber.etag);

export const contentFormat = (format: number): CoapOption => uintOption(optionNumber.contentFormat, format);

export const accept = (format: number): CoapOption => uintOption(optionNumber.accept, format);

export function block1(num: number, size: number, more: boolean): CoapOption {
  return blockOption(optionNumber.block1, { num, size, more });
}

export function block2(num: number, size: number): CoapOption {
  return blockOption(optionNumber.block2, { num, size, more: false });
}
