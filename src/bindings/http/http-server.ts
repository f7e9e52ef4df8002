import type { BindingHost, ThingForms } from '../../contracts/binding.ts';
import type { Timer } from '../../contracts/clock.ts';
import type { HttpSide } from '../../contracts/http-route.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import { type Metric, metric } from '../../contracts/metrics.ts';
import { servientThing } from '../../interaction/hosted-list.ts';
import { pathForms } from '../../interaction/path-forms.ts';
import { warnOfDates } from '../../security/tls-options.ts';
import { ownMember } from '../../td/json-object.ts';
import { ConnectionRefusals } from './connection-refusals.ts';
import { Connections } from './connections.ts';
import { Dispatcher } from './dispatcher.ts';
import { healthRoutes } from './health-routes.ts';
import { HttpListener } from './http-listener.ts';
import { checkOptions, type HttpBinding, type HttpOptions, settingsOf } from './http-options.ts';
import { httpSite, pathOf } from './http-site.ts';
import { interactionRoutes, invocationMethods, type RouteParts } from './interaction-routes.ts';
import { LargeBodies } from './messages/large-bodies.ts';
import type { BodyParts } from './messages/received-body.ts';
import { SseStreams } from './messages/sse-stream.ts';
import { MountedSite, settle } from './mounted-site.ts';
import { Pages } from './pages.ts';
import { profilesOf } from './profiles.ts';
import { RequestCounters } from './request-counters.ts';
import { type Methods, Routes } from './routes.ts';
import { listMethods, rootMethods, tdMethods, tdRoutes } from './td-routes.ts';
import { Upgrades } from './upgrades.ts';
import { webApp } from './web-app.ts';

export type { HttpBinding, HttpOptions };

const heartbeatEvery = 15_000;

/** Things over HTTP: WoT Profile paths, methods and status codes; observe and events as server-sent events. WotError `invalid` where the options do not fit together. */
export function http(options: HttpOptions = {}): HttpBinding {
  checkOptions(options);
  return new HttpServer(options);
}

/** What there is between start and stop. */
interface Running {
  readonly host: BindingHost;
  readonly base: string;
  readonly prefix: string;
  readonly dispatcher: Dispatcher;
  readonly connections: Connections;
  readonly streams: SseStreams;
  readonly bodies: LargeBodies;
  readonly heartbeat: Timer;
  /** Milliseconds. */
  readonly drain: number;
  /** Where it has a server of its own. */
  readonly listener: HttpListener | undefined;
}

class HttpServer implements HttpBinding {
  readonly name = 'http';
  readonly httpSide: HttpSide;
  readonly handler: HttpBinding['handler'];
  readonly upgrade: HttpBinding['upgrade'];
  readonly #options: HttpOptions;
  readonly #routes = new Routes((segments) => this.#invocation(segments) ?? this.#pages.find(segments));
  readonly #paths = new Map<string, readonly string[]>();
  readonly #upgrades = new Upgrades();
  readonly #pages = new Pages(() => this.#bodyParts);
  readonly #counters = new RequestCounters();
  #running: Running | undefined;
  #stopping = false;

  constructor(options: HttpOptions) {
    const running = () => this.#running;
    const serving = () => (this.#stopping ? undefined : this.#running);
    const prefix = pathOf(options.mounted?.base);
    const mounted = new MountedSite({ prefix, pages: this.#pages, running: serving });
    this.#options = options;
    this.handler = mounted.handler;
    this.upgrade = mounted.upgrade;
    this.httpSide = {
      get base() {
        return running()?.base ?? '';
      },
      ...(options.tls && { certificate: String(options.tls.cert) }),
      addUpgrade: (route) => this.#upgrades.add(route),
      addPages: (pages) => this.#pages.add(pages),
    };
  }

  get addresses(): readonly string[] {
    return this.#running ? [this.#running.base] : [];
  }

  async start(host: BindingHost): Promise<void> {
    const options = this.#options;
    const { mount, tls } = options;
    const { logger } = host;
    if (tls) warnOfDates(tls, host.clock.now(), logger);
    const { bind, base, guard, prefix, secure } = httpSite(options, host);
    const settings = settingsOf(options, host.publicBase !== undefined);
    const connections = new Connections(settings.connections);
    const refusals = new ConnectionRefusals(host.clock, connections);
    const dispatcher = new Dispatcher({
      ...{ host, guard, prefix, connections, refusals },
      ...{ routes: this.#routes, upgrades: this.#upgrades, pages: this.#pages, counters: this.#counters },
      elsewhere: mount && (await webApp({ mount, secure, logger })),
    });
    const listener =
      bind === undefined
        ? undefined
        : new HttpListener({ settings, dispatcher, connections, refusals, host });
    this.#routes.add(ownRoutes(host, prefix, this.#pages));
    const port = await listener?.listen(bind ?? '', settings.port);
    const streams = new SseStreams(settings.streams);
    const heartbeat = host.clock.every(heartbeatEvery, () => {
      streams.heartbeat();
      connections.beat();
      listener?.beat();
    });
    this.#running = {
      ...{ host, base: base(port), prefix, dispatcher, connections, streams, heartbeat, listener },
      bodies: new LargeBodies(settings.bodies),
      drain: settings.drain,
    };
  }

  forms(thing: HostedThing): ThingForms {
    const forms = pathForms(thing, { base: this.httpSide.base, subprotocol: 'sse' });
    return { ...forms, profile: profilesOf(thing) };
  }

  async expose(thing: HostedThing): Promise<void> {
    const parts = this.#parts(thing);
    const routes = new Map([...interactionRoutes(parts), ...tdRoutes(thing, parts.prefix, this.#pages)]);
    this.#routes.add(routes);
    this.#paths.set(thing.name, [...routes.keys()]);
  }

  async unexpose(thing: HostedThing): Promise<void> {
    this.#routes.remove(this.#paths.get(thing.name) ?? []);
    this.#paths.delete(thing.name);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    const { heartbeat, streams, listener, connections, drain } = running;
    this.#stopping = true;
    heartbeat.cancel();
    streams.stop();
    // Who is connected to a server of ours is served meanwhile.
    await (listener ? listener.close() : settle(connections, drain));
    this.#running = undefined;
    this.#stopping = false;
    this.#routes.clear();
    this.#paths.clear();
  }

  metrics(): readonly Metric[] {
    if (!this.#running) return [];
    const { base, connections, streams } = this.#running;
    const labels = { address: base };
    const samples = (value: number) => [{ labels, value }];
    const { size, refused } = connections;
    return [
      ...this.#counters.metrics(labels),
      metric('gauge', 'http_connections', 'Open HTTP connections.', samples(size)),
      metric(
        'counter',
        'http_connections_refused_total',
        'HTTP connections beyond the limits.',
        samples(refused),
      ),
      metric('gauge', 'http_streams', 'Open event streams.', samples(streams.size)),
    ];
  }

  get #bodyParts(): BodyParts {
    const { host, bodies } = this.#running as Running;
    return { limits: host.limits, bodies };
  }

  #parts(thing: HostedThing): RouteParts {
    const { streams, prefix } = this.#running as Running;
    return { ...this.#bodyParts, thing, streams, prefix };
  }

  /** /things/{name}/actions/{action}/{invocationId} */
  #invocation([things, name = '', actions, action = '', id = '', ...rest]: readonly string[]):
    | Methods
    | undefined {
    if (things !== 'things' || actions !== 'actions' || id === '' || rest.length > 0) return undefined;
    const thing = this.#running?.host.things.get(name);
    const asynchronous = ownMember(thing?.affordances.actions, action)?.synchronous === false;
    return thing && asynchronous ? invocationMethods(this.#parts(thing), action, id) : undefined;
  }
}

function ownRoutes(host: BindingHost, prefix: string, pages: Pages): readonly (readonly [string, Methods])[] {
  return [
    ['/', pages.beside(rootMethods(prefix))],
    ['/things', pages.beside(listMethods(host.things, prefix))],
    ['/.well-known/wot', tdMethods((language) => servientThing(host.things).description(language))],
    ...healthRoutes(host),
  ];
}
