const compared = 40;

/** The values whose JSON takes the fewest changes to become, of the first 40 characters. */
export function nearest(values: readonly unknown[], text: string, count: number): readonly unknown[] {
  const wanted = text.slice(0, compared).toLowerCase();
  return values
    .map((value) => ({
      value,
      far: distance(JSON.stringify(value).slice(0, compared).toLowerCase(), wanted),
    }))
    .sort((a, b) => a.far - b.far)
    .slice(0, count)
    .map(({ value }) => value);
}

/** The edit distance of Levenshtein. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
