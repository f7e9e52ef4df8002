import type { Problem } from '../../../contracts/errors.ts';
import type { ActionStatus } from '../../../contracts/interaction.ts';
import type { ThingDescription } from '../../../contracts/td.ts';

/** How well a value is known; each looks different. */
export type ValueState = 'unknown' | 'fresh' | 'stale' | 'pending' | 'rejected' | 'unreachable';

/** A property as the page knows it now. */
export interface LiveValue {
  readonly state: ValueState;
  /** The last value that the Thing told. */
  readonly value?: unknown;
  /** When it told it, milliseconds since 1970. */
  readonly at?: number;
  /** What was written and not yet answered (`pending`), or refused (`rejected`). */
  readonly requested?: unknown;
  /** Why it was refused or cannot be reached. */
  readonly problem?: Problem;
  /** Milliseconds between two readings of a property that cannot be observed. */
  readonly polled?: number;
}

export interface LiveEvent {
  readonly thing: string;
  readonly name: string;
  readonly data?: unknown;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Unique on this page. */
  readonly id: string;
}

/** The one stream of this tab. */
export interface Connection {
  readonly state: 'live' | 'connecting' | 'offline';
  /** When the next attempt is made, milliseconds since 1970. */
  readonly retryAt?: number;
  readonly since: number;
}

/** What the page needs to talk to a Thing. */
export type LiveThing = Pick<ThingDescription, 'id' | 'title'> & {
  readonly id: string;
  readonly name: string;
};

/** Points of a numeric property, oldest first; times in milliseconds since 1970. */
export interface Trend {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

export type { ActionStatus };
