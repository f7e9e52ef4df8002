import { WotError } from '../../contracts/errors.ts';
import type { FactStore } from '../../contracts/stores.ts';
import { objectEntries } from '../../td/json-object.ts';
import type { Dashboard, ListedDashboard } from '../dashboard.ts';
import { checkDashboard } from './check-dashboard.ts';

const fact = 'dashboards';
const most = 200;
const mostBytes = 1024 * 1024;

/** Boards by slug: those that came with the program, and over them what was made of them here, which survives a restart. */
export class DashboardStore {
  readonly #facts: FactStore;
  readonly #shipped: ReadonlyMap<string, Dashboard>;
  #edited: ReadonlyMap<string, Dashboard>;

  /** WotError `invalid` DASHBOARD_INVALID where one that comes with the program is none. */
  constructor(facts: FactStore, shipped: Readonly<Record<string, unknown>> = {}) {
    this.#facts = facts;
    this.#shipped = new Map(Object.entries(shipped).map(([slug, board]) => [slug, checkDashboard(board)]));
    this.#edited = stored(facts);
  }

  list(): readonly ListedDashboard[] {
    const slugs = new Set([...this.#shipped.keys(), ...this.#edited.keys()]);
    return [...slugs].map((slug) => {
      const { tiles: _, ...board } = this.get(slug);
      return { ...board, slug, shipped: this.#shipped.has(slug), edited: this.#edited.has(slug) };
    });
  }

  /** WotError `not-found` DASHBOARD_UNKNOWN. */
  get(slug: string): Dashboard {
    const board = this.#edited.get(slug) ?? this.#shipped.get(slug);
    if (board) return board;
    throw new WotError('not-found', 'DASHBOARD_UNKNOWN', `There is no board ${JSON.stringify(slug)}.`);
  }

  /** Resolves when it is kept; WotError `invalid` DASHBOARD_INVALID, `too-large` DASHBOARDS_FULL. */
  async put(slug: string, board: unknown): Promise<void> {
    if (!/^[\p{L}\p{N}][\p{L}\p{N}-]{0,79}$/u.test(slug)) throw slugInvalid(slug);
    const edited = new Map(this.#edited).set(slug, checkDashboard(board));
    if (edited.size > most || textOf(edited).length > mostBytes) throw full();
    await this.#keep(edited);
  }

  /** Removes a board that was made here, or what was changed of one that came with the program. */
  async delete(slug: string): Promise<void> {
    this.get(slug);
    const edited = new Map(this.#edited);
    if (!edited.delete(slug)) throw isShipped(slug);
    await this.#keep(edited);
  }

  async #keep(edited: ReadonlyMap<string, Dashboard>): Promise<void> {
    // What is asked for next finds this already; the answer waits until it is durable.
    this.#edited = edited;
    await this.#facts.set(fact, textOf(edited));
  }
}

/** What was kept by an earlier version and is no board now is left out. */
function stored(facts: FactStore): ReadonlyMap<string, Dashboard> {
  const kept: unknown = JSON.parse(facts.get(fact) ?? '{}');
  return new Map(objectEntries(kept).flatMap(([slug, board]) => boardsOf(slug, board)));
}

function boardsOf(slug: string, board: unknown): readonly (readonly [string, Dashboard])[] {
  try {
    return [[slug, checkDashboard(board)]];
  } catch {
    return [];
  }
}

function textOf(boards: ReadonlyMap<string, Dashboard>): string {
  return JSON.stringify(Object.fromEntries(boards));
}

function slugInvalid(slug: string): WotError {
  const message = `${JSON.stringify(slug.slice(0, 100))} cannot be the address of a board; use up to 80 letters, digits and hyphens.`;
  return new WotError('invalid', 'DASHBOARD_NAME_INVALID', message);
}

function full(): WotError {
  const message = `There is no room for it: ${most} boards of ${mostBytes / 1024} KiB together are kept; delete one that is not needed.`;
  return new WotError('too-large', 'DASHBOARDS_FULL', message);
}

function isShipped(slug: string): WotError {
  const message = `The board ${JSON.stringify(slug)} comes with the program as it is; there is nothing of yours to delete.`;
  return new WotError('conflict', 'DASHBOARD_SHIPPED', message);
}
