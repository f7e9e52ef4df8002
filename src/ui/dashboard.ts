import type { MultiLanguage } from '../contracts/td.ts';

/** Which Things a tile means: those that fit every member given and have its affordance. */
export interface ThingSelector {
  readonly model?: string;
  readonly type?: string;
  readonly name?: string;
  readonly location?: string;
}

/** One of `property`, `action`, `event` (of `thing`) and `text`. */
export interface Tile {
  readonly thing?: ThingSelector;
  readonly property?: string;
  readonly action?: string;
  readonly event?: string;
  readonly text?: string;
  readonly texts?: MultiLanguage;
  readonly as?: 'value' | 'control' | 'chart' | 'gauge';
  readonly title?: string;
  readonly titles?: MultiLanguage;
  /** Columns of four. */
  readonly width?: number;
}

/** A board of tiles; td-schemas/dashboard.schema.json says what each member means. */
export interface Dashboard {
  readonly title: string;
  readonly titles?: MultiLanguage;
  readonly description?: string;
  readonly descriptions?: MultiLanguage;
  readonly per?: 'location';
  readonly tiles: readonly Tile[];
}

/** A board in `GET /app/api/dashboards`. */
export interface ListedDashboard extends Omit<Dashboard, 'tiles'> {
  readonly slug: string;
  /** Whether it came with the program, so that deleting it gives back what came. */
  readonly shipped: boolean;
  /** Whether somebody changed it here, or made it. */
  readonly edited: boolean;
}
