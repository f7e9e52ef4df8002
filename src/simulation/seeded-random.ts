/** Random numbers that a seed repeats exactly. */
export interface SeededRandom {
  /** Even over [0, 1). */
  next(): number;
  /** Normal with mean 0 and deviation 1. */
  gaussian(): number;
  /** An independent sequence of its own: what one part draws does not move another. */
  stream(name: string): SeededRandom;
}

/** Makes the sequence of a seed (mulberry32); good for simulation, never for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    gaussian: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    stream: (name) => seededRandom(hash(name, seed)),
  };
}

// FNV-1a, begun with the seed.
function hash(text: string, seed: number): number {
  let sum = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of text) sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return sum;
}
