import type { StoredDocument } from '../../contracts/http-route.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import { listEntry, pageBounds } from '../../interaction/hosted-list.ts';
import { storedDocument } from './messages/stored-document.ts';

/** A page as it is sent; `next` is the query of the page after it, where there is one. */
interface Page {
  readonly document: StoredDocument;
  readonly next?: string;
}

/** The hosted Things as JSON, kept while they stay the same. */
export class ThingsList {
  readonly #hosted: ReadonlyMap<string, HostedThing>;
  readonly #prefix: string;
  #listed: readonly HostedThing[] = [];
  /** The JSON of each entry. */
  #entries: readonly string[] = [];
  #whole: StoredDocument | undefined;

  constructor(hosted: ReadonlyMap<string, HostedThing>, prefix: string) {
    this.#hosted = hosted;
    this.#prefix = prefix;
  }

  /** Throws WotError `invalid` PAGE_INVALID. */
  page(query: Readonly<Record<string, unknown>>): Page {
    if (!this.#isCurrent()) this.#renew();
    const { offset, end, next } = pageBounds(this.#entries.length, query);
    if (offset > 0 || next !== undefined) {
      return { document: arrayOf(this.#entries.slice(offset, end)), ...(next && { next }) };
    }
    this.#whole ??= arrayOf(this.#entries);
    return { document: this.#whole };
  }

  /** Looking at 10,000 Things takes a tenth of a millisecond, writing them ten. */
  #isCurrent(): boolean {
    let count = 0;
    for (const thing of this.#hosted.values()) {
      if (thing.listed && this.#listed[count++] !== thing) return false;
    }
    return count === this.#listed.length;
  }

  #renew(): void {
    this.#listed = [...this.#hosted.values()].filter(({ listed }) => listed);
    this.#entries = this.#listed.map((thing) => JSON.stringify(listEntry(thing, this.#prefix)));
    this.#whole = undefined;
  }
}

function arrayOf(entries: readonly string[]): StoredDocument {
  return storedDocument(`[${entries.join()}]`);
}
