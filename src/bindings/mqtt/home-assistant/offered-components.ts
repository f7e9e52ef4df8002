import type { Logger } from '../../../contracts/logger.ts';
import type { RecordStore } from '../../../contracts/stores.ts';
import type { DiscoveryMessage } from './discovery-message.ts';
import type { Entity } from './entities.ts';

const kind = 'home-assistant';

/** Components of one Thing that are remembered. */
const most = 1000;

/** Remembers which components Home Assistant knows of each Thing: what is but left out of a message stays there. */
export class OfferedComponents {
  readonly #records: RecordStore;
  readonly #logger: Logger;
  /** By the Thing's id. */
  readonly #known = new Map<string, readonly string[]>();

  constructor(records: RecordStore, logger: Logger) {
    this.#records = records;
    this.#logger = logger;
    for (const [id, value] of records.load(kind))
      this.#known.set(id, JSON.parse(Buffer.from(value).toString()));
  }

  /** The message with those components removed that the Thing has no longer: they have their platform alone. */
  complete(id: string, message: DiscoveryMessage): DiscoveryMessage {
    const known = this.#known.get(id) ?? [];
    const gone = known.filter((key) => !Object.hasOwn(message.cmps, key));
    const all = [...gone, ...Object.keys(message.cmps)].slice(-most);
    this.#known.set(id, all);
    if (all.some((key) => !known.includes(key))) this.#keep(id, all);
    const removed = gone.map((key) => [key, { p: key.split('-')[0] as Entity['p'] }] as const);
    return { ...message, cmps: { ...Object.fromEntries(removed), ...message.cmps } };
  }

  #keep(key: string, components: readonly string[]): void {
    const value = Buffer.from(JSON.stringify(components));
    this.#records.change([{ kind, key, value }]).catch((error) => {
      this.#logger.warn('What Home Assistant knows is not remembered', { error });
    });
  }
}
