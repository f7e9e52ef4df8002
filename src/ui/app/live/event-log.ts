import type { LiveEvent } from './live.ts';

const atMost = 200;

/** The newest events, newest first, each once. */
export class EventLog {
  readonly #events: LiveEvent[] = [];
  readonly #ids = new Set<string>();

  /** False where it has it already, or it is older than all of a full log. */
  add(event: LiveEvent): boolean {
    if (this.#ids.has(event.id)) return false;
    const older = this.#events.findIndex(({ at }) => at <= event.at);
    const place = older < 0 ? this.#events.length : older;
    if (place >= atMost) return false;
    this.#events.splice(place, 0, event);
    this.#ids.add(event.id);
    for (const { id } of this.#events.splice(atMost)) this.#ids.delete(id);
    return true;
  }

  /** As they are now. */
  all(): readonly LiveEvent[] {
    return [...this.#events];
  }
}
