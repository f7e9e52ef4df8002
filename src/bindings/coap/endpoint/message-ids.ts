import { randomInt } from 'node:crypto';

const idCount = 0x10000;
const restingIds = idCount / 2;

/** Message ids that rise by one. */
export function risingIds(): () => number {
  let last = randomInt(idCount);
  return () => {
    last = (last + 1) & 0xffff;
    return last;
  };
}

/** Message ids that nobody can foretell (RFC 7252 section 11.4); none comes again among the next 32,768. */
export function shuffledIds(): () => number {
  const ids = Uint16Array.from({ length: idCount }, (_, id) => id);
  let next = 0;
  return () => {
    const chosen = (next + randomInt(restingIds)) % idCount;
    const id = ids[chosen] as number;
    ids[chosen] = ids[next] as number;
    ids[next] = id; // what was taken last stands at the end of the ring
    next = (next + 1) % idCount;
    return id;
  };
}
