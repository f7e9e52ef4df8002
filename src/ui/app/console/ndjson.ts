/** The JSON values of a stream of lines (application/x-ndjson); empty lines and what is no JSON are left out. */
export async function* ndjson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const utf8 = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + utf8.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield* parsed(line);
  }
  yield* parsed(rest + utf8.decode());
}

function* parsed(line: string): Generator<unknown> {
  if (line.trim() === '') return;
  try {
    yield JSON.parse(line);
  } catch {
    // A cut line at the end of a lost connection.
  }
}
