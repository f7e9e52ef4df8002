import { WotError } from '../../contracts/errors.ts';
import type { HttpAnswer, HttpExchange, HttpMethods, PageSide } from '../../contracts/http-route.ts';
import { mapMembers } from '../../td/json-object.ts';
import { prefersHtml } from './messages/negotiation.ts';
import type { BodyParts } from './messages/received-body.ts';
import { requestValue } from './messages/request-body.ts';
import type { ServerExchange } from './messages/server-exchange.ts';
import { sendDocument } from './messages/stored-document.ts';
import type { Methods } from './routes.ts';

const jsonBody = { type: 'application/json' };

/** The pages for people, while there are any. */
export class Pages {
  readonly #parts: () => BodyParts;
  #side: PageSide | undefined;

  constructor(parts: () => BodyParts) {
    this.#parts = parts;
  }

  /** Returns what takes them off again; WotError `conflict` PAGES_TAKEN. */
  add(side: PageSide): () => void {
    if (this.#side) {
      const message = 'The HTTP server has pages already; leave one of them out.';
      throw new WotError('conflict', 'PAGES_TAKEN', message);
    }
    this.#side = side;
    return () => {
      this.#side = undefined;
    };
  }

  /** Whether a path is theirs. */
  has(path: string): boolean {
    return this.#side !== undefined && path.startsWith(this.#side.below);
  }

  /** Whether pages of any origin may load what is at a path. */
  isOpen(path: string): boolean {
    return this.has(path) && this.#side?.isOpen(path.slice(this.#side.below.length)) === true;
  }

  /** The methods at a path of theirs, in decoded segments. */
  find(segments: readonly string[]): Methods | undefined {
    const below = this.#side?.below.split('/').slice(1, -1) ?? [];
    if (segments.length <= below.length || below.some((segment, index) => segments[index] !== segment))
      return undefined;
    const found = this.#side?.find(segments.slice(below.length));
    return found && this.#methods(found);
  }

  /** The methods of a resource that has a page beside its data. */
  beside(methods: Methods): Methods {
    return {
      ...methods,
      GET: (exchange) => (this.isWanted(exchange) ? this.show(exchange, 200) : methods.GET?.(exchange)),
    };
  }

  /** Whether the peer would rather have a page than data. */
  isWanted({ request }: ServerExchange): boolean {
    return this.#side !== undefined && prefersHtml(request.headers.accept);
  }

  show(exchange: ServerExchange, status: number): void | Promise<void> {
    exchange.varies('Accept');
    return this.#side?.page(this.#public(exchange), status);
  }

  #methods(methods: HttpMethods): Methods {
    const answers = methods as Readonly<Record<string, HttpAnswer>>;
    return mapMembers(answers, (_, answer) => (exchange: ServerExchange) => answer(this.#public(exchange)));
  }

  #public(exchange: ServerExchange): HttpExchange {
    const { request, response, principal, query } = exchange;
    return {
      ...{ request, response, principal, query },
      get signal() {
        return exchange.signal;
      },
      body: () => requestValue(exchange, this.#parts(), jsonBody),
      writeHead: (status, headers) => exchange.writeHead(status, headers),
      sendDocument: (document, headers) => sendDocument(exchange, document, headers),
      sendJson: (status, value) => exchange.sendJson(status, value),
      sendNothing: () => exchange.sendNothing(),
    };
  }
}
