import { createHash } from 'node:crypto';
import type { Exchange } from '../../consumer/exchange.ts';
import type { BindingHost } from '../../contracts/binding.ts';
import { toProblem, WotError } from '../../contracts/errors.ts';
import type { HttpExchange } from '../../contracts/http-route.ts';
import { essence } from '../../contracts/media-type.ts';
import type { PartialTd } from '../../contracts/td.ts';
import { boundsFor, ClientBounds } from '../../security/client-bounds.ts';
import { refuseForeignThings } from '../foreign-things.ts';
import type { ApiContext, ApiRoute } from '../page-routes.ts';
import { type AskedExchange, askedExchange } from './exchange-request.ts';
import { invocationAddress, isOfAction } from './invocation-address.ts';
import { LineStream } from './line-stream.ts';
import { OpenedThings, type ThingToOpen } from './opened-things.ts';
import { runExchange } from './run-exchange.ts';

const mostAtOnce = { most: 64, mostPerClient: 16 };
const counted = {
  code: 'EXCHANGES',
  what: 'exchanges under way',
  advice: 'end a subscription',
  retryAfter: 5,
};

/** `POST /app/api/exchange`: sends one operation to any Thing and tells all that goes over the wire, line by line. */
export function exchangeRoutes(host: BindingHost, context: ApiContext): ApiRoute {
  const exchanges = new Exchanges(host, context);
  return (segments) =>
    segments.length === 0 ? { POST: (exchange) => exchanges.serve(exchange) } : undefined;
}

class Exchanges {
  readonly #host: BindingHost;
  readonly #context: ApiContext;
  readonly #things: OpenedThings;
  readonly #bounds: ClientBounds;

  constructor(host: BindingHost, context: ApiContext) {
    this.#host = host;
    this.#context = context;
    this.#things = new OpenedThings(host.clock, context.stopped);
    this.#bounds = new ClientBounds(boundsFor(mostAtOnce, host.publicBase !== undefined));
  }

  /** Fails where nothing was told yet; after that the last line says what failed. */
  async serve(http: HttpExchange): Promise<void> {
    requireJson(http);
    const client = http.request.socket.remoteAddress ?? '';
    this.#bounds.check(client, counted);
    this.#bounds.take(client);
    const lines = new LineStream(http.response, this.#host.clock);
    const since = performance.now();
    try {
      await this.#run(http, askedExchange(await http.body()), lines);
    } catch (thrown) {
      if (http.signal.aborted) return; // nobody hears it
      const error = this.#errorOf(thrown);
      if (lines.isFresh) throw error;
      const ms = Math.round(performance.now() - since);
      lines.mustTell({ line: 'error', ms, problem: toProblem(error, statusOf(error)) });
    } finally {
      this.#bounds.give(client);
    }
    lines.end();
  }

  async #run(http: HttpExchange, asked: AskedExchange, lines: LineStream): Promise<void> {
    const signal = AbortSignal.any([http.signal, this.#context.stopped]);
    const thing = this.#thingOf(http, asked);
    await this.#things.use(thing, { signal, timeout: asked.timeout }, (exchange) => {
      const address = this.#addressOf(http, asked, exchange);
      return runExchange({ exchange, asked, address, lines, signal });
    });
  }

  /** WotError `not-found` THING_UNKNOWN, `forbidden` FOREIGN_THINGS_OFF. */
  #thingOf(http: HttpExchange, { thing, url = '', td }: AskedExchange): ThingToOpen {
    if (thing !== undefined) return hostedThing(this.#host, thing);
    this.#allowForeign(http);
    if (td === undefined) return { key: `url ${url}`, source: new URL(url).href };
    const digest = createHash('sha256').update(JSON.stringify(td)).digest('base64');
    return { key: `td ${digest}`, source: td as PartialTd }; // its shape is checked when it is opened
  }

  /** A Thing that is hosted here is asked nowhere but at its own addresses. */
  #addressOf(http: HttpExchange, asked: AskedExchange, exchange: Exchange): string | undefined {
    if (asked.invocation === undefined) return undefined;
    const address = invocationAddress(exchange, asked);
    const isOwn = address === undefined || asked.thing === undefined || isOfAction(exchange, asked, address);
    if (!isOwn) this.#allowForeign(http);
    return address;
  }

  #allowForeign(http: HttpExchange): void {
    refuseForeignThings(http, this.#host, this.#context.foreign);
  }

  #errorOf(thrown: unknown): WotError {
    if (thrown instanceof WotError) return thrown;
    if (this.#context.stopped.aborted)
      return new WotError('unavailable', 'SERVIENT_STOPPED', 'The servient stops; ask again when it runs.');
    this.#host.logger.error('An exchange of the page failed', { error: thrown });
    return new WotError('internal', 'INTERNAL', 'The exchange failed; the log of the servient says why.');
  }
}

function hostedThing({ things, httpSide }: BindingHost, name: string): ThingToOpen {
  const served = things.get(name)?.description();
  if (served) {
    return { key: `thing ${name} ${served.etag}`, source: served.td, ca: httpSide?.certificate };
  }
  const message = `No Thing named ${JSON.stringify(name.slice(0, 200))} is hosted here; GET /things lists what there is.`;
  throw new WotError('not-found', 'THING_UNKNOWN', message);
}

/** Web forms and plain pages of others cannot send this type without asking first (CORS). */
function requireJson({ request }: HttpExchange): void {
  if (essence(request.headers['content-type'] ?? '') === 'application/json') return;
  const message = 'An exchange is asked for in JSON; send "Content-Type: application/json".';
  throw new WotError('unsupported-media', 'CONTENT_TYPE_UNKNOWN', message);
}

function statusOf({ details: { status } }: WotError): number | undefined {
  return typeof status === 'number' ? status : undefined;
}
