import { fileURLToPath } from 'node:url';
import { type BindingHost, noForms, type ServerBinding, type ThingForms } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { HostedThing } from '../contracts/interaction.ts';
import { apiRoutes } from './page-routes.ts';
import { PageSite } from './page-site.ts';

/** How the web page is served. */
export interface PageOptions {
  /** The folder of the built page; by default the one that comes with Thingwright. */
  readonly files?: string;
  /** Lets whoever reaches the page ask Things that are not hosted here; by default only who sits at this machine. */
  readonly foreign?: boolean;
  /** Boards that come with the program, by the last segment of their address (td-schemas/dashboard.schema.json). */
  readonly dashboards?: Readonly<Record<string, unknown>>;
}

const builtFiles = fileURLToPath(new URL('../../dist-page/', import.meta.url));

/** The web page for people, at the HTTP server that was started before: a Thing's URL is its page in a browser. */
export function page(options: PageOptions = {}): ServerBinding {
  return new Page(options);
}

class Page implements ServerBinding {
  readonly name = 'page';
  readonly addresses = [];
  readonly #options: PageOptions;
  readonly #things = new Set<HostedThing>();
  #end: (() => void) | undefined;

  constructor(options: PageOptions) {
    this.#options = options;
  }

  async start(host: BindingHost): Promise<void> {
    const { httpSide } = host;
    if (!httpSide) throw httpMissing();
    if (this.#end) throw inUse();
    const { files = builtFiles, foreign = false, dashboards = {} } = this.#options;
    const stopped = new AbortController();
    const context = { foreign, dashboards, stopped: stopped.signal, things: this.#things };
    const api = apiRoutes(host, context);
    const takeOff = httpSide.addPages(new PageSite({ files, base: httpSide.base, api }));
    this.#end = () => {
      takeOff();
      stopped.abort();
    };
  }

  forms(): ThingForms {
    return noForms;
  }

  async expose(thing: HostedThing): Promise<void> {
    this.#things.add(thing);
  }

  async unexpose(thing: HostedThing): Promise<void> {
    this.#things.delete(thing);
  }

  async stop(): Promise<void> {
    this.#end?.();
    this.#end = undefined;
    this.#things.clear();
  }
}

function httpMissing(): WotError {
  const message =
    'The page shares the port of HTTP, which has not started; put http() before page() in bindings.';
  return new WotError('invalid', 'HTTP_MISSING', message);
}

function inUse(): WotError {
  const message = 'The page belongs to a running servient; make one for each servient.';
  return new WotError('conflict', 'BINDING_IN_USE', message);
}
