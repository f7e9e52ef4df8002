/** Keeps what it is given, and tells when it has something. */
export interface Collector<T> {
  readonly items: readonly T[];
  readonly push: (item: T) => void;
  /** Resolves with all items once one of them holds. */
  until(holds: (item: T) => boolean): Promise<readonly T[]>;
}

export function collector<T>(): Collector<T> {
  const items: T[] = [];
  const waiting = new Set<() => void>();
  return {
    items,
    push(item) {
      items.push(item);
      for (const look of waiting) look();
    },
    until: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!items.some(holds)) return;
          waiting.delete(look);
          resolve([...items]);
        };
        waiting.add(look);
        look();
      }),
  };
}
