import { randomUUID } from 'node:crypto';
import { type AccessPolicy, anonymous, type Principal, principalOf } from '../contracts/access.ts';
import type { BindingHost, Credentials, Limits, ServerBinding } from '../contracts/binding.ts';
import { type Clock, systemClock } from '../contracts/clock.ts';
import type { ThingDefinition } from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import type { Startable } from '../contracts/lifecycle.ts';
import type { Logger } from '../contracts/logger.ts';
import { type Metric, metric } from '../contracts/metrics.ts';
import type { Storage } from '../contracts/stores.ts';
import { ChangeFeed } from '../interaction/change-feed.ts';
import { type ChangeIds, openChangeIds } from '../interaction/change-ids.ts';
import { listedThings } from '../interaction/hosted-list.ts';
import { isHttpBase, reachableHost, safeBindAddress } from '../security/bind-address.ts';
import { openAccess } from '../security/open-access.ts';
import { memoryStorage } from '../storage/memory/memory-storage.ts';
import { consoleLogger } from './console-logger.ts';
import { type ExposedThing, Exposure } from './exposure.ts';
import { NodeWot, type NodeWotOptions, type ScriptingApi } from './node-wot.ts';
import type { Service, ServiceHost } from './service.ts';

export interface ServientOptions {
  /** Title of the servient's own TD. */
  readonly title?: string;
  readonly bindings?: readonly ServerBinding[];
  /** Started in this order, after the bindings and the Things of `start(expose)`, whose names they leave alone. */
  readonly services?: readonly Service[];
  /** Default: memory, nothing survives a restart. */
  readonly storage?: Storage;
  /** Bind address of bindings that have none of their own; default 127.0.0.1. */
  readonly host?: string;
  /** Allows binds beyond loopback, where whoever reaches them may call: there are no credentials yet. */
  readonly insecure?: boolean;
  /** The HTTP address that peers use, where it is not the bound one. */
  readonly publicBase?: string;
  readonly limits?: Partial<Limits>;
  /** Milliseconds that handlers have for reads, writes and synchronous actions; default 30,000. */
  readonly handlerTimeout?: number;
  /** Says who a caller is, by what its protocol received: MQTT user and password, a proven pre-shared key or certificate; HTTP passes nothing yet. Throws WotError `unauthenticated`. Default: the proven identity, else `anonymous`. */
  readonly authenticate?: (credentials: Credentials) => Principal | Promise<Principal>;
  readonly access?: AccessPolicy;
  readonly clock?: Clock;
  /** Default: warnings and errors to stderr. */
  readonly logger?: Logger;
  /** Clients and servers of node-wot to take in. */
  readonly nodeWot?: NodeWotOptions;
}

/** Hosts Things on all its bindings. */
export interface Servient extends Startable {
  /** With `expose`, which puts Things on it, it counts as starting until that has ended, and stops where that fails. */
  start(expose?: () => Promise<void>): Promise<void>;
  /** Starts the servient where that has not happened. Rejects with WotError: the name is taken, the TD or a handler is wrong. */
  expose(definition: ThingDefinition): Promise<ExposedThing>;
  unexpose(name: string): Promise<void>;
  /** The W3C Scripting API on this servient: what a script produces appears on all bindings. Loads node-wot's core. */
  wot(): Promise<ScriptingApi>;
  /** All hosted Things by name, the servient's own included. */
  readonly things: ReadonlyMap<string, HostedThing>;
  /** Base addresses of all bindings; valid once started. */
  readonly addresses: readonly string[];
}

const defaultLimits: Limits = { body: 1024 * 1024, nesting: 64, queue: 1000 };

/** Puts a servient together; nothing runs before `start`. Throws WotError `invalid` PUBLIC_BASE_INVALID. */
export function createServient(options: ServientOptions = {}): Servient {
  return new ComposedServient(options);
}

class ComposedServient implements Servient {
  readonly #options: ServientOptions;
  readonly #logger: Logger;
  readonly #bindings: readonly ServerBinding[];
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #things = new Map<string, HostedThing>();
  readonly #started: ServerBinding[] = [];
  readonly #services: Service[] = [];
  readonly #nodeWot: NodeWot;
  readonly #publicBase: URL | undefined;
  #ids: ChangeIds | undefined;
  #feed: ChangeFeed | undefined;
  #exposure: Exposure | undefined;
  #stopped = false;
  /** How many callers of `start` are exposing their Things. */
  #exposing = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ServientOptions) {
    this.#options = options;
    this.#publicBase = publicBaseOf(options);
    this.#logger = options.logger ?? consoleLogger(false);
    this.#nodeWot = new NodeWot(options.nodeWot ?? {}, this, this.#logger);
    this.#bindings = [...(options.bindings ?? []), ...this.#nodeWot.servers];
    this.#storage = options.storage ?? memoryStorage();
    this.#clock = options.clock ?? systemClock;
  }

  get #limits(): Limits {
    return { ...defaultLimits, ...this.#options.limits };
  }

  get things(): ReadonlyMap<string, HostedThing> {
    return this.#things;
  }

  get addresses(): readonly string[] {
    return this.#started.flatMap(({ addresses }) => addresses);
  }

  async start(expose?: () => Promise<void>): Promise<void> {
    this.#stopped = false;
    this.#exposing++;
    try {
      await this.#next(() => this.#begin());
      await expose?.();
      await this.#serve();
    } catch (error) {
      this.#stopped = expose !== undefined;
      await this.#next(() => this.#end());
      throw error;
    } finally {
      this.#exposing--;
    }
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#next(() => this.#end());
  }

  /** Starts and stops one after the other, as they were asked for. */
  #next(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work, work);
    return this.#turn;
  }

  async #begin(): Promise<void> {
    if (this.#exposure) return;
    try {
      await this.#start();
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  /** In no turn of its own: who stops the servient does not wait for it. */
  async #serve(): Promise<void> {
    if (this.#stopped || this.#services.length > 0) return;
    const host: ServiceHost = {
      clock: this.#clock,
      logger: this.#logger,
      expose: (definition) => this.expose(definition),
      unexpose: (name) => this.unexpose(name),
    };
    for (const service of this.#options.services ?? []) {
      this.#services.push(service);
      await service.start(host);
    }
  }

  async #end(): Promise<void> {
    for (const service of this.#services.splice(0).reverse()) await service.stop();
    const exposure = this.#exposure;
    this.#exposure = undefined;
    await exposure?.settle();
    // Bindings first: they tell their peers that the servient stops, not that each Thing is gone.
    for (const binding of this.#started.splice(0).reverse()) await binding.stop();
    await exposure?.close();
    await this.#nodeWot.stop();
    await this.#ids?.close();
    this.#ids = undefined;
    await this.#storage.stop();
  }

  async expose(definition: ThingDefinition): Promise<ExposedThing> {
    if (!this.#stopped && !this.#exposure) await this.start();
    if (this.#exposure) return this.#exposure.expose(definition);
    const message = `The servient was stopped; start it again before exposing ${JSON.stringify(definition.td.title)}.`;
    throw new WotError('unavailable', 'SERVIENT_STOPPED', message);
  }

  async unexpose(name: string): Promise<void> {
    await this.#exposure?.unexpose(name);
  }

  wot(): Promise<ScriptingApi> {
    return this.#nodeWot.wot();
  }

  async #start(): Promise<void> {
    const { access = openAccess, handlerTimeout = 30_000, title } = this.#options;
    const logger = this.#logger;
    const maxPayload = this.#limits.body;
    await this.#storage.start();
    this.#ids = await openChangeIds(this.#clock, this.#storage.facts);
    const host = this.#host(await this.#servientId());
    for (const binding of this.#bindings) {
      refuseStarted(binding);
      await binding.start(host);
      this.#started.push(binding);
    }
    const feed = new ChangeFeed(this.#ids, logger);
    this.#feed = feed;
    const store = this.#storage.properties;
    this.#exposure = new Exposure({
      environment: { access, clock: this.#clock, feed, handlerTimeout, logger, maxPayload, store },
      bindings: this.#bindings,
      facts: this.#storage.facts,
      things: this.#things,
    });
    await this.#exposure.exposeServient(title ?? 'Servient');
  }

  #host(servientId: string): BindingHost {
    const { host = '127.0.0.1', insecure = false } = this.#options;
    const base = this.#publicBase;
    const httpSide = () => this.#started.find((binding) => binding.httpSide)?.httpSide;
    const isUp = () => this.#isUp;
    return {
      bindAddress: (own) => safeBindAddress(own ?? host, insecure),
      reachableHost: (bound) => base?.hostname ?? reachableHost(bound),
      ...(base && { publicBase: base }),
      limits: this.#limits,
      clock: this.#clock,
      logger: this.#logger,
      facts: this.#storage.facts,
      records: this.#storage.records,
      servientId,
      things: this.#things,
      authenticate: this.#options.authenticate ?? provenIdentity,
      access: this.#options.access ?? openAccess,
      get httpSide() {
        return httpSide();
      },
      get isUp() {
        return isUp();
      },
      faults: () => this.#faults(),
      metrics: () => [...this.#metrics(), ...this.#started.flatMap((binding) => binding.metrics?.() ?? [])],
    };
  }

  get #isUp(): boolean {
    return this.#exposure !== undefined && !this.#stopped && this.#exposing === 0;
  }

  #faults(): readonly string[] {
    const own = this.#isUp ? [] : ['The servient is starting or stopping.'];
    return [...own, ...this.#started.flatMap((binding) => binding.fault?.() ?? [])];
  }

  #metrics(): readonly Metric[] {
    const feed = this.#feed;
    const samples = (value = 0) => [{ value }];
    return [
      metric('gauge', 'things', 'Hosted Things.', samples(listedThings(this.#things).length)),
      metric('gauge', 'invocations', 'Asynchronous actions that run.', samples(this.#exposure?.invocations)),
      metric('gauge', 'subscriptions', 'Observations and event subscriptions.', samples(feed?.subscriptions)),
      metric('counter', 'changes_total', 'Property changes and events.', samples(feed?.published)),
    ];
  }

  async #servientId(): Promise<string> {
    const { facts } = this.#storage;
    const id = facts.get('servient-id') ?? `thingwright-${randomUUID().slice(0, 8)}`;
    await facts.set('servient-id', id);
    return id;
  }
}

function provenIdentity({ peer }: Credentials): Principal {
  return peer === undefined ? anonymous : principalOf(peer);
}

/** A started binding has addresses: it belongs to another servient. */
function refuseStarted({ name, addresses }: ServerBinding): void {
  if (addresses.length === 0) return;
  const message = `The ${name} binding at ${addresses.join(', ')} belongs to a running servient; make one for each servient.`;
  throw new WotError('conflict', 'BINDING_IN_USE', message);
}

function publicBaseOf({ publicBase }: ServientOptions): URL | undefined {
  if (publicBase === undefined) return undefined;
  if (isHttpBase(publicBase)) return new URL(publicBase);
  const message = `\`publicBase\` must be the http or https address by which peers reach this servient, without query, fragment and credentials, e.g. "https://site.example/wot", not ${JSON.stringify(publicBase)}.`;
  throw new WotError('invalid', 'PUBLIC_BASE_INVALID', message);
}
