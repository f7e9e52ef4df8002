import {
  type BindingHost,
  noForms,
  type ServerBinding,
  type ThingForms,
} from '../../../contracts/binding.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import { pathForms } from '../../../interaction/path-forms.ts';
import { stopping } from '../../../interaction/servient-state.ts';
import { urlHost } from '../../../security/bind-address.ts';
import type { Endpoint, EndpointListener } from '../endpoint/endpoint.ts';
import type { CoapScheme } from '../messages/coap-uri.ts';
import { coapType } from '../messages/content-formats.ts';
import { Responder } from './responder.ts';

/** What tells the CoAP servers apart: what their messages travel over. */
export interface ServerTransport {
  /** The binding's name, and the scheme of its addresses. */
  readonly name: CoapScheme;
  /** Listens; rejects with WotError `unavailable`, e.g. ADDRESS_IN_USE. `bind` is the bound address. Nothing where this system cannot do it. */
  open(
    listener: EndpointListener,
    host: BindingHost,
  ): Promise<{ readonly endpoint: Endpoint; readonly bind: string } | undefined>;
  /** What keeps it from serving just now, where something does. */
  fault?(): string | undefined;
}

const context = { cov: 'https://www.w3.org/2019/wot/coap#' };

/** Things over CoAP, whatever it travels over. */
export class CoapServer implements ServerBinding {
  readonly name: CoapScheme;
  readonly #transport: ServerTransport;
  #running: { readonly responder: Responder; readonly endpoint: Endpoint; readonly base: string } | undefined;

  constructor(transport: ServerTransport) {
    this.name = transport.name;
    this.#transport = transport;
  }

  get addresses(): readonly string[] {
    return this.#running === undefined ? [] : [this.#running.base];
  }

  async start(host: BindingHost): Promise<void> {
    const listener: EndpointListener = {
      request: (exchange) => this.#running?.responder.serve(exchange),
      response: () => false,
      gone: (peer) => this.#running?.responder.gone(peer),
    };
    const opened = await this.#transport.open(listener, host);
    if (opened === undefined) return;
    const { endpoint, bind } = opened;
    const base = `${this.name}://${urlHost(host.reachableHost(bind))}:${endpoint.port}`;
    this.#running = { responder: new Responder(host, endpoint), endpoint, base };
  }

  fault(): string | undefined {
    return this.#transport.fault?.();
  }

  forms(thing: HostedThing): ThingForms {
    if (this.#running === undefined) return noForms;
    const protocol = {
      base: this.#running.base,
      subprotocol: 'cov:observe',
      observesBytes: true,
      contentType: coapType,
    };
    return { context, ...pathForms(thing, protocol) };
  }

  // Paths are looked up among the servient's Things, and subscriptions end with their Thing.
  async expose(): Promise<void> {}
  async unexpose(): Promise<void> {}

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.responder.close(stopping());
    await running?.endpoint.close();
  }
}
