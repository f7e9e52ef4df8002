import { createRequire } from 'node:module';
import type { Servient as NodeWotServient, ProtocolClientFactory, ProtocolServer } from '@node-wot/core';
import { ClientPool } from '../consumer/client-pool.ts';
import type { ConsumeOptions } from '../consumer/consume.ts';
import type { ServerBinding } from '../contracts/binding.ts';
import type { Logger } from '../contracts/logger.ts';
import { spokenSchemes } from '../td/protocol.ts';
import { foreignServer, type NodeWotParts } from './node-wot/foreign-server.ts';
import { hostingServer, type ThingHost } from './node-wot/hosting-server.ts';
import { clientFactory } from './node-wot/node-wot-client.ts';
import type { NodeWotCore } from './node-wot/node-wot-content.ts';
import { withTargets } from './node-wot/targeted-forms.ts';

/** As node-wot's configuration has them. */
export type NodeWotCredentials =
  | { readonly username: string; readonly password: string }
  | { readonly token: string };

/** What of node-wot a servient takes in. */
export interface NodeWotOptions extends Pick<ConsumeOptions, 'psk' | 'ca'> {
  /** Clients for `WoT.consume` besides our own, or in the place of ours for their schemes. */
  readonly clientFactories?: readonly ProtocolClientFactory[];
  /** What Things that ask for `basic` or `bearer` are sent, by their ids. */
  readonly credentials?: Readonly<Record<string, NodeWotCredentials>>;
  /** Servers that offer every hosted Thing besides our bindings; they load the core when the servient starts. */
  readonly servers?: readonly ProtocolServer[];
}

/** The W3C Scripting API: `produce`, `consume`, `requestThingDescription`, `exploreDirectory`, `discover`. */
export type ScriptingApi = Awaited<ReturnType<NodeWotServient['start']>>;

/** node-wot inside of one servient; its core is loaded when first needed. */
export class NodeWot {
  /** The servers of the options as bindings of ours. */
  readonly servers: readonly ServerBinding[];
  readonly #options: NodeWotOptions;
  readonly #host: ThingHost;
  readonly #logger: Logger;
  readonly #clients: ClientPool;
  #running: Promise<NodeWotParts & { readonly wot: ScriptingApi }> | undefined;

  constructor(options: NodeWotOptions, host: ThingHost, logger: Logger) {
    this.#options = options;
    this.#clients = new ClientPool([], { psk: options.psk, ca: options.ca });
    this.#host = host;
    this.#logger = logger;
    this.servers = (options.servers ?? []).map((server) => foreignServer(server, () => this.#run()));
  }

  async wot(): Promise<ScriptingApi> {
    return (await this.#run()).wot;
  }

  /** Closes the connections of consumed Things; afterwards `wot` begins anew. */
  async stop(): Promise<void> {
    const running = await this.#running;
    this.#running = undefined;
    await running?.servient.shutdown();
    await this.#clients.stop();
  }

  #run(): Promise<NodeWotParts & { readonly wot: ScriptingApi }> {
    this.#running ??= this.#start();
    return this.#running;
  }

  async #start(): Promise<NodeWotParts & { readonly wot: ScriptingApi }> {
    // CommonJS that marks itself as an ES module: `import` gives its default differently under Node and bundlers.
    const core: NodeWotCore = createRequire(import.meta.url)('@node-wot/core');
    const servient = new core.Servient();
    servient.addCredentials({ ...this.#options.credentials });
    servient.addServer(hostingServer(core, { host: this.#host, logger: this.#logger }));
    const parts = { core, clients: this.#clients, logger: this.#logger };
    for (const scheme of spokenSchemes) servient.addClientFactory(clientFactory(scheme, parts));
    for (const factory of this.#options.clientFactories ?? []) servient.addClientFactory(factory);
    const wot = await servient.start();
    const consume = wot.consume.bind(wot);
    wot.consume = (td) => consume(withTargets(td));
    return { core, servient, wot };
  }
}
