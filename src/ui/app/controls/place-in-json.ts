/** Where a text stops to be JSON, counted from 1, as the browser's message tells it; undefined where it does not. */
export function placeInJson(
  text: string,
  thrown: unknown,
): { readonly line: number; readonly column: number } | undefined {
  const message = thrown instanceof Error ? thrown.message : '';
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line !== undefined) return { line: Number(line), column: Number(column) };
  const [, position] = /position (\d+)/.exec(message) ?? [];
  const isEnd = /end of (JSON input|data)/i.test(message);
  if (position === undefined && !isEnd) return undefined;
  const before = text.slice(0, isEnd ? text.length : Number(position)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
