import { prefersHtml } from '../bindings/http/messages/negotiation.ts';
import { storedDocument } from '../bindings/http/messages/stored-document.ts';
import { pathUnknown } from '../bindings/http/routes.ts';
import type {
  DocumentHeaders,
  HttpExchange,
  HttpMethods,
  PageSide,
  StoredDocument,
} from '../contracts/http-route.ts';
import { isEmbeddable, type PageFile, readPageFiles } from './page-files.ts';
import type { ApiRoute } from './page-routes.ts';

export interface PageSiteOptions {
  /** The folder of the built page. */
  readonly files: string;
  /** The address that peers use, without a slash at its end. */
  readonly base: string;
  readonly api: ApiRoute;
}

/** The built page: its files, and the document that every address of the page is answered with. */
interface Built {
  readonly files: ReadonlyMap<string, PageFile>;
  readonly html: StoredDocument;
}

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width">
<title>The page is not built</title>
<style>body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>The page is not built</h1>
<p>Run <code>npm run page</code> in the folder of Thingwright, then load this page again.</p>
<p>The Things answer meanwhile: <code>curl -H 'Accept: application/json'</code> with this address.</p>
</html>
`;

/** What a browser gets: the page at every address for people, its files and its API below `/app/`. */
export class PageSite implements PageSide {
  readonly below = '/app/';
  readonly isOpen = isEmbeddable;
  readonly #options: PageSiteOptions;
  readonly #headers: DocumentHeaders;
  #built: Promise<Built | undefined> | undefined;

  constructor(options: PageSiteOptions) {
    this.#options = options;
    this.#headers = pageHeaders(options.base);
  }

  find([first, ...rest]: readonly string[]): HttpMethods | undefined {
    if (first === 'api') return this.#options.api(rest);
    const path = [first, ...rest].join('/');
    return { GET: (exchange) => this.#file(exchange, path) };
  }

  async page(exchange: HttpExchange, status: number): Promise<void> {
    const built = await this.#whenBuilt();
    if (!built) this.#send(exchange, 503, Buffer.from(notBuilt));
    else if (status === 200) await exchange.sendDocument(built.html, this.#headers);
    else this.#send(exchange, status, built.html.bytes);
  }

  async #file(exchange: HttpExchange, path: string): Promise<void> {
    const file = (await this.#whenBuilt())?.files.get(path);
    if (file) return exchange.sendDocument(file.document, file.headers);
    // The page itself knows what its addresses mean.
    if (prefersHtml(exchange.request.headers.accept)) return this.page(exchange, 200);
    throw pathUnknown(this.below + path);
  }

  #send(exchange: HttpExchange, status: number, html: Uint8Array): void {
    const headers = { ...this.#headers, 'cache-control': 'no-cache', 'content-length': html.byteLength };
    exchange.writeHead(status, headers).end(exchange.request.method === 'HEAD' ? undefined : html);
  }

  /** Reads the page when it is first asked for, and until there is one. */
  async #whenBuilt(): Promise<Built | undefined> {
    this.#built ??= readBuilt(this.#options);
    // A file that vanishes while it is read belongs to a page that is being built.
    const built = await this.#built.catch(() => undefined);
    if (!built) this.#built = undefined;
    return built;
  }
}

async function readBuilt({ files: folder, base }: PageSiteOptions): Promise<Built | undefined> {
  const files = new Map(await readPageFiles(folder));
  const index = files.get('index.html');
  files.delete('index.html');
  if (!index) return undefined;
  const path = new URL(`${base}/app/`).pathname.replaceAll('&', '&amp;');
  const text = Buffer.from(index.document.bytes).toString();
  return { files, html: storedDocument(text.replace(/<base href="[^"]*"/, () => `<base href="${path}"`)) };
}

/** What keeps a page to itself: scripts of its own files alone, no frame around it, nothing told to others. */
function pageHeaders(base: string): DocumentHeaders {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    // Mantine and uPlot set styles on elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    // Not every browser takes WebSockets of the same origin for 'self'.
    `connect-src 'self' ${new URL(base.replace(/^http/, 'ws')).origin}`,
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  };
}
