import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BindingHost, ServerBinding, ThingForms } from '../../contracts/binding.ts';
import type { Timer } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import { asWotError } from '../../interaction/as-wot-error.ts';
import { servientThing } from '../../interaction/hosted-list.ts';
import { pathForms, thingPath } from '../../interaction/path-forms.ts';
import { portInUse, urlHost } from '../../security/bind-address.ts';
import { ownMember } from '../../td/json-object.ts';
import { ConnectionRefusals } from './connection-refusals.ts';
import { HostGuard } from './host-guard.ts';
import { interactionRoutes, invocationMethods, type RouteParts } from './interaction-routes.ts';
import { allowed, type Methods, methodHandler, Routes } from './routes.ts';
import { ServerExchange } from './server-exchange.ts';
import { SseStreams } from './sse-stream.ts';
import { listMethods, rootMethods, tdMethods } from './td-routes.ts';

export interface HttpOptions {
  /** Default 8080; 0 takes a free one. */
  readonly port?: number;
  /** Bind address; default: the servient's. */
  readonly host?: string;
  /** Further host names under which the server is addressed. */
  readonly allowedHosts?: readonly string[];
  /** Origins whose pages may call. */
  readonly cors?: readonly string[];
  /** Event streams open at one time, default 10,000; more are refused with 503. */
  readonly maxStreams?: number;
}

const heartbeatEvery = 15_000;
const drainFor = 1000;

/** Things over HTTP: WoT Profile paths, methods and status codes; observe and events as server-sent events. */
export function http(options: HttpOptions = {}): ServerBinding {
  return new HttpServer(options);
}

class HttpServer implements ServerBinding {
  readonly name = 'http';
  readonly #options: HttpOptions;
  readonly #streams: SseStreams;
  readonly #routes = new Routes((segments) => this.#dynamic(segments));
  readonly #paths = new Map<string, readonly string[]>();
  #host: BindingHost | undefined;
  #server: Server | undefined;
  #guard: HostGuard | undefined;
  #heartbeat: Timer | undefined;
  #base = '';
  /** The path of the public base: what a proxy puts before all paths. */
  #prefix = '';

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#streams = new SseStreams(options.maxStreams ?? 10_000);
  }

  get addresses(): readonly string[] {
    return this.#base === '' ? [] : [this.#base];
  }

  async start(host: BindingHost): Promise<void> {
    const bind = host.bindAddress(this.#options.host);
    const server = this.#createServer(new ConnectionRefusals(host.clock));
    const port = await listen(server, bind, this.#options.port ?? 8080);
    const reachable = host.reachableHost(bind);
    this.#host = host;
    this.#server = server;
    this.#prefix = host.publicBase?.pathname.replace(/\/+$/, '') ?? '';
    this.#base = host.publicBase?.href.replace(/\/+$/, '') ?? `http://${urlHost(reachable)}:${port}`;
    this.#guard = new HostGuard({
      allowedHosts: [bind, reachable, ...(this.#options.allowedHosts ?? [])],
      ...(host.publicBase && { publicOrigin: host.publicBase.origin }),
      cors: this.#options.cors ?? [],
      wildcard: bind === '0.0.0.0' || bind === '::',
    });
    this.#routes.add([
      ['/', rootMethods(this.#prefix)],
      ['/things', listMethods(host.things, this.#prefix)],
      ['/.well-known/wot', tdMethods(() => servientThing(host.things).description())],
    ]);
    this.#heartbeat = host.clock.every(heartbeatEvery, () => this.#streams.heartbeat());
  }

  forms(thing: HostedThing): ThingForms {
    return pathForms(thing, { base: this.#base, subprotocol: 'sse' });
  }

  async expose(thing: HostedThing): Promise<void> {
    const routes = new Map(interactionRoutes(this.#parts(thing)));
    routes.set(
      thingPath(thing.name),
      tdMethods(() => thing.description()),
    );
    this.#routes.add(routes);
    this.#paths.set(thing.name, [...routes.keys()]);
  }

  async unexpose(thing: HostedThing): Promise<void> {
    this.#routes.remove(this.#paths.get(thing.name) ?? []);
    this.#paths.delete(thing.name);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#base = '';
    this.#routes.clear();
    this.#paths.clear();
    this.#heartbeat?.cancel();
    if (!server) return;
    await new Promise<void>((resolve) => {
      this.#streams.stop();
      // Requests under way get a moment to end.
      const cut = setTimeout(() => server.closeAllConnections(), drainFor);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      server.closeIdleConnections();
    });
  }

  #createServer(refusals: ConnectionRefusals): Server {
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      refusals.note(response);
      return this.#serve(request, response);
    };
    // The guard answers what has no Host, with a body.
    return createServer({ keepAliveTimeout: 30_000, requireHostHeader: false }, serve)
      .on('checkContinue', serve)
      .on('checkExpectation', (request, response) => refusals.expectation(request, response))
      .on('connect', (_, socket) => refusals.connect(socket))
      .on('clientError', (error, socket) => refusals.malformed(error, socket));
  }

  #parts(thing: HostedThing): RouteParts {
    const { limits } = this.#host as BindingHost;
    return { thing, streams: this.#streams, limits, prefix: this.#prefix };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = this.#host as BindingHost;
    const { path, query } = target(request.url ?? '/');
    const principal = host.authenticate({});
    const caller = principal instanceof Promise ? await principal : principal;
    const exchange = new ServerExchange(request, response, caller, query);
    let methods: Methods | undefined;
    try {
      this.#guard?.check(exchange);
      methods = this.#routes.find(path);
      if (isPreflight(request)) preflight(methods, exchange);
      else await methodHandler(methods, request.method ?? 'GET')(exchange);
    } catch (error) {
      const what = 'The HTTP server failed to answer a request';
      const problem = asWotError(error, host.logger, { code: 'INTERNAL', what });
      exchange.sendProblem(problem, methods && { allow: allowed(methods) });
    }
  }

  /** /things/{name}/actions/{action}/{invocationId} */
  #dynamic([things, name = '', actions, action = '', id = '', ...rest]: readonly string[]):
    | Methods
    | undefined {
    if (things !== 'things' || actions !== 'actions' || id === '' || rest.length > 0) return undefined;
    const thing = this.#host?.things.get(name);
    const asynchronous = ownMember(thing?.affordances.actions, action)?.synchronous === false;
    return thing && asynchronous ? invocationMethods(this.#parts(thing), action, id) : undefined;
  }
}

/** Origin-form and absolute-form (RFC 9112 section 3.2). */
function target(url: string): { readonly path: string; readonly query: string } {
  const local = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  if (mark < 0) return { path: local || '/', query: '' };
  return { path: local.slice(0, mark) || '/', query: local.slice(mark + 1) };
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Answers a CORS preflight (Fetch, section 3.2.2); the guard has checked the origin. */
function preflight(methods: Methods, exchange: ServerExchange): void {
  const { response } = exchange;
  response.setHeader('access-control-allow-methods', allowed(methods).join(', '));
  response.setHeader('access-control-allow-headers', 'Accept, Authorization, Content-Type, Last-Event-ID');
  response.setHeader('access-control-max-age', 600);
  exchange.sendNothing();
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port)));
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): WotError {
  if (cause.code === 'EADDRINUSE') return portInUse('HTTP', host, port, cause);
  const message = `HTTP cannot listen on ${host}:${port} (${cause.code}); choose another with --host and --http.`;
  return new WotError('unavailable', 'ADDRESS_UNUSABLE', message, { cause });
}
