import { readFile } from 'node:fs/promises';
import { setImmediate as breath } from 'node:timers/promises';
import { storedDocument } from '../bindings/http/messages/stored-document.ts';
import type { BindingHost } from '../contracts/binding.ts';
import type { StoredDocument } from '../contracts/http-route.ts';
import type { DeviceFault, HostedThing } from '../contracts/interaction.ts';
import type { ThingSummaries } from './page-data.ts';
import type { ApiContext, ApiRoute } from './page-routes.ts';
import { thingSummary } from './thing-summary.ts';

/** Things that are summarised before others get their turn. */
const atOnce = 100;

/** `GET /app/api/things`: ThingSummaries, kept while the Things and their faults stay the same. */
export function thingSummaries(_host: BindingHost, { things }: ApiContext): ApiRoute {
  const list = new Summaries(things);
  return (segments) =>
    segments.length > 0
      ? undefined
      : {
          GET: async (exchange) =>
            exchange.sendDocument(await list.document(), { 'content-type': 'application/json' }),
        };
}

class Summaries {
  readonly #things: ReadonlySet<HostedThing>;
  /** The JSON of each Thing without its fault. */
  readonly #texts = new WeakMap<HostedThing, string>();
  #told: readonly (readonly [HostedThing, DeviceFault | undefined])[] = [];
  #document: StoredDocument | undefined;

  constructor(things: ReadonlySet<HostedThing>) {
    this.#things = things;
  }

  async document(): Promise<StoredDocument> {
    if (this.#document && this.#isCurrent()) return this.#document;
    await this.#summarise();
    const servient = JSON.stringify(await this.#servient());
    this.#told = [...this.#things].map((thing) => [thing, thing.fault]);
    const texts = this.#told.flatMap(([thing, fault]) => (thing.listed ? this.#text(thing, fault) : []));
    this.#document = storedDocument(`{"servient":${servient},"things":[${texts.join()}]}`);
    return this.#document;
  }

  #isCurrent(): boolean {
    let count = 0;
    for (const thing of this.#things) {
      const told = this.#told[count++];
      if (told?.[0] !== thing || told[1] !== thing.fault) return false;
    }
    return count === this.#told.length;
  }

  /** Summarises the Things that are new, some at a time. */
  async #summarise(): Promise<void> {
    const fresh = [...this.#things].filter((thing) => !this.#texts.has(thing));
    for (const [index, thing] of fresh.entries()) {
      if (index % atOnce === atOnce - 1) await breath();
      this.#textOf(thing);
    }
  }

  #textOf(thing: HostedThing): string {
    const text = this.#texts.get(thing) ?? JSON.stringify(thingSummary(thing));
    this.#texts.set(thing, text);
    return text;
  }

  #text(thing: HostedThing, fault: DeviceFault | undefined): string {
    const text = this.#textOf(thing);
    if (!fault) return text;
    const { code, message } = fault.error;
    return `${text.slice(0, -1)},"fault":${JSON.stringify({ code, message, since: fault.since })}}`;
  }

  async #servient(): Promise<ThingSummaries['servient']> {
    const own = [...this.#things].find(({ listed }) => !listed);
    return { title: own?.affordances.title ?? '', version: await ownVersion() };
  }
}

async function ownVersion(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
