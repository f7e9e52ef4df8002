/** The filters that one connection is used for, where its broker may send a message once for each that matches. */
export class FilterClaims {
  /** How many use each. */
  readonly #users = new Map<string, number>();

  /** Takes filters, until the returned function is called; undefined where one overlaps another that is in use. */
  claim(filters: readonly string[]): (() => void) | undefined {
    const users = this.#users;
    const isTaken = (filter: string): boolean => [...users.keys()].some((used) => overlap(filter, used));
    if (filters.some((filter) => !users.has(filter) && isTaken(filter))) return undefined;
    const count = (by: number): void => {
      for (const filter of filters) users.set(filter, (users.get(filter) ?? 0) + by);
      for (const filter of filters) if (users.get(filter) === 0) users.delete(filter);
    };
    count(1);
    let isReleased = false;
    return () => {
      if (!isReleased) count(-1);
      isReleased = true;
    };
  }
}

/** Whether a topic could match both. */
function overlap(one: string, other: string): boolean {
  if (!/[+#]/.test(one + other)) return one === other;
  const [a, b] = [one.split('/'), other.split('/')];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (left === '#' || right === '#') return true; // MQTT 3.1.1 section 4.7.1.2: of the parent, too
    if (left !== right && (left === undefined || right === undefined)) return false;
    if (left !== right && left !== '+' && right !== '+') return false;
  }
  return true;
}
