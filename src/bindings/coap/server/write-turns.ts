import type { HostedThing } from '../../../contracts/interaction.ts';

/** What a write may change: a property, or any of the Thing's. */
export interface WriteScope {
  readonly thing: HostedThing;
  readonly property?: string;
}

interface Turn {
  readonly property: string | undefined;
  readonly isAlone: boolean;
  readonly done: Promise<void>;
}

// One Thing is written over CoAP, CoAPS and TCP alike.
const underWay = new WeakMap<HostedThing, Set<Turn>>();

/**
 * Writes when it may: one that looks at the present value first is alone with what it changes, so that no other CoAP
 * write comes between; all others go on at the same time.
 */
export async function inTurn<T>(
  { thing, property }: WriteScope,
  isAlone: boolean,
  write: () => T | Promise<T>,
): Promise<T> {
  const turns = underWay.get(thing) ?? new Set();
  underWay.set(thing, turns);
  const before = [...turns].filter(
    (turn) =>
      (isAlone || turn.isAlone) &&
      (property === undefined || turn.property === undefined || turn.property === property),
  );
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const turn: Turn = { property, isAlone, done };
  turns.add(turn);
  try {
    await Promise.all(before.map((each) => each.done));
    return await write();
  } finally {
    turns.delete(turn);
    resolve();
  }
}
